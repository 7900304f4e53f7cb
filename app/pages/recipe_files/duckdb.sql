SELECT indicator, period_end, value, qualifier, upper_bound
FROM 'http://127.0.0.1:8000/v1/observations.parquet'
WHERE headline ORDER BY indicator;
