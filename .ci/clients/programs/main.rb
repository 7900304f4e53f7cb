require "json"
require "time"
require "openapi_client"

origin, $folder = ARGV

class Time
  def to_json(...) = iso8601.to_json(...)
end

def save(operation, value)
  value = File.binread(value.path) if value.respond_to?(:path)
  content = value.is_a?(String) ? value : JSON.generate(OpenapiClient::ApiClient.default.object_to_hash(value))
  File.binwrite(File.join($folder, operation), content)
end

def save_problem(operation)
  yield
rescue OpenapiClient::ApiError => refusal
  body = JSON.parse(refusal.response_body, symbolize_names: true)
  save(operation, OpenapiClient::ProblemDocument.build_from_hash(body))
end

OpenapiClient.configure do |configuration|
  configuration.logger = Logger.new(IO::NULL)
  configuration.scheme, configuration.host = origin.split("://")
end
# CALLS
