package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"

	made "github.com/GIT_USER_ID/GIT_REPO_ID"
)

func write(operation string, value any) {
	var content []byte
	switch value := value.(type) {
	case *os.File:
		content, _ = os.ReadFile(value.Name())
	case string:
		content = []byte(value)
	default:
		content, _ = json.Marshal(value)
	}
	if err := os.WriteFile(filepath.Join(os.Args[2], operation), content, 0o600); err != nil {
		panic(err)
	}
}

func save(operation string) func(any, *http.Response, error) {
	return func(value any, _ *http.Response, err error) {
		if err != nil {
			panic(operation + ": " + err.Error())
		}
		write(operation, value)
	}
}

func saveProblem(operation string) func(any, *http.Response, error) {
	return func(_ any, _ *http.Response, err error) {
		write(operation, err.(*made.GenericOpenAPIError).Model().(made.ProblemDocument))
	}
}

func main() {
	configuration := made.NewConfiguration()
	configuration.Servers = made.ServerConfigurations{{URL: os.Args[1]}}
	client := made.NewAPIClient(configuration)
	ctx := context.Background()
	// CALLS
}
