# Reads figures and their structure from /sdmx with rsdmx: ORIGIN.
suppressMessages(library(rsdmx))
origin <- commandArgs(trailingOnly = TRUE)[1]
service <- paste0(origin, "/sdmx")
provider <- SDMXServiceProvider(
  agencyId = "BRI", name = "BRI",
  builder = SDMXREST21RequestBuilder(regUrl = service, repoUrl = service, compliant = TRUE)
)
setSDMXServiceProviders()
addSDMXServiceProvider(provider)

read_csv <- function(address) read.csv(paste0(origin, "/v1/", address), encoding = "UTF-8")
read_data <- function(...) {
  message <- suppressMessages(readSDMX(
    providerId = "BRI", resource = "data", flowRef = "INDICATORS", verbose = FALSE, ...
  ))
  as.data.frame(message, labels = TRUE)
}
count_rows <- function(query) nrow(as.data.frame(readSDMX(paste0(service, "/data/INDICATORS", query))))

flows <- as.data.frame(readSDMX(providerId = "BRI", resource = "dataflow", verbose = FALSE))
stopifnot(identical(flows$id, "INDICATORS"))

structure <- readSDMX(paste0(service, "/datastructure/BRI/INDICATORS?references=all"))
indicators <- as.data.frame(slot(structure, "codelists"), codelistId = "CL_INDICATOR")
for (language in c("en", "zh")) {
  wanted <- read_csv(paste0("indicators.csv?lang=", language))
  labels <- indicators[[paste0("name.", language)]][match(wanted$code, indicators$id)]
  stopifnot(nrow(indicators) == nrow(wanted), identical(labels, wanted$name))
}
concepts <- as.data.frame(slot(structure, "concepts"))
stopifnot("Observation value" %in% concepts$Name.en)

wanted <- read_csv("observations.csv")
frame <- read_data(dsd = TRUE)
rows <- frame[match(wanted$id, frame$OBS_ID), ]
stopifnot(
  nrow(frame) == nrow(wanted),
  is.numeric(frame$obsValue),
  all.equal(rows$obsValue, wanted$value),
  identical(rows$INDICATOR_label.en, wanted$indicator_name),
  identical(rows$COMMENT_OBS, wanted$wording),
  "2024-01-01/P11M" %in% frame$obsTime
)
# rsdmx takes seconds for a message of all figures: one indicator shows as well what each parameter selects.
trade <- wanted[wanted$indicator == "goods-trade", ]
history <- read_csv("observations.csv?indicator=goods-trade&vintages=all")
key <- list(NULL, NULL, NULL, NULL, "goods-trade", NULL, NULL)
count_trade <- function(query) count_rows(paste0("/*.*.*.*.goods-trade.*.*", query))
series <- length(unique(trade$series))
stopifnot(
  nrow(read_data(key = key)) == nrow(trade),
  nrow(read_data(start = 2024, end = 2024)) == sum(substr(wanted$period_start, 1, 4) == "2024"),
  count_rows("/*.CN.*.*.goods-trade.*.*") == nrow(trade),
  count_trade("?format=structurespecificdata") == nrow(trade),
  count_trade("?dimensionAtObservation=AllDimensions") == nrow(trade),
  count_trade("?updatedAfter=2020-01-01") == nrow(trade),
  count_trade("?includeHistory=true") == sum(nzchar(history$current_from)),
  count_trade("?firstNObservations=1") == series,
  count_trade("?lastNObservations=1") == series
)
available <- readSDMX(paste0(service, "/availableconstraint/INDICATORS?references=all"))
stopifnot("CL_AREA" %in% sapply(slot(slot(available, "codelists"), "codelists"), slot, "id"))
cat("rsdmx:", nrow(frame), "observations\n")
