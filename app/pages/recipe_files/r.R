figures <- read.csv("http://127.0.0.1:8000/v1/observations.csv?indicator=goods-trade")
figures[, c("period_start", "value", "unit", "qualifier", "source_title")]
