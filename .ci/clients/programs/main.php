<?php
require 'GuzzleHttp/autoload.php';

[, $origin, $folder, $made] = $argv;
spl_autoload_register(function (string $name) use ($made) {
    require $made . '/lib/' . strtr(substr($name, strlen('OpenAPI\\Client\\')), '\\', '/') . '.php';
});

function save(string $operation, mixed $value): void
{
    global $folder;
    if ($value instanceof SplFileObject) {
        $content = file_get_contents($value->getPathname());
    } else {
        $content = is_string($value) ? $value : json_encode(OpenAPI\Client\ObjectSerializer::sanitizeForSerialization($value));
    }
    file_put_contents("$folder/$operation", $content);
}

function save_problem(string $operation, callable $call): void
{
    try {
        $call();
    } catch (OpenAPI\Client\ApiException $refusal) {
        save($operation, $refusal->getResponseObject());
    }
}

OpenAPI\Client\ObjectSerializer::setDateTimeFormat('Y-m-d\TH:i:sp');
$http = new GuzzleHttp\Client();
$configuration = OpenAPI\Client\Configuration::getDefaultConfiguration()->setHost($origin);
// CALLS
