curl -s 'http://127.0.0.1:8000/v1/overview' |
  jq -r '.indicators[].headline | [.indicator.name, .display, .period.label, .coverage.name, .citation.full] | @tsv'
