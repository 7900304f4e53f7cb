use openapi::apis::*;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn save(operation: &str, content: &[u8]) -> Outcome {
    let folder = std::env::args().nth(2).ok_or("no folder")?;
    Ok(std::fs::write(std::path::Path::new(&folder).join(operation), content)?)
}

fn save_json(operation: &str, value: &impl serde::Serialize) -> Outcome {
    save(operation, &serde_json::to_vec(value)?)
}

fn save_problem<T, E: serde::Serialize>(operation: &str, result: Result<T, Error<E>>) -> Outcome {
    match result {
        Err(Error::ResponseError(refusal)) => save_json(operation, &refusal.entity),
        _ => Err("not refused".into()),
    }
}

fn main() -> Outcome {
    let mut configuration = configuration::Configuration::new();
    configuration.base_path = std::env::args().nth(1).ok_or("no origin")?;
    let client = &configuration;
    // CALLS
    Ok(())
}
