SELECT coverage_name, period_start, period_end, qualifier, value, unit_name,
       comparability, source_publisher, source_title
FROM 'http://127.0.0.1:8000/v1/observations.parquet'
WHERE series = 'goods-trade.CN.BRI.partner-2023.CNY.P12M' ORDER BY period_start;
