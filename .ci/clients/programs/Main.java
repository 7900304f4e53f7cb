import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.*;
import org.openapitools.client.model.ProblemDocument;

public class Main {
  private static Path folder;

  interface Call {
    Object run() throws Exception;
  }

  static void save(String operation, Object value) throws Exception {
    Path target = folder.resolve(operation);
    if (value instanceof File file) Files.copy(file.toPath(), target);
    else if (value instanceof String text) Files.writeString(target, text);
    else Files.write(target, ApiClient.createDefaultObjectMapper().writeValueAsBytes(value));
  }

  static void saveProblem(String operation, Call call) throws Exception {
    try {
      call.run();
    } catch (ApiException refusal) {
      save(operation, ApiClient.createDefaultObjectMapper().readValue(refusal.getResponseBody(), ProblemDocument.class));
    }
  }

  public static void main(String[] arguments) throws Exception {
    var client = new ApiClient();
    client.updateBaseUri(arguments[0]);
    folder = Path.of(arguments[1]);
    // CALLS
  }
}
