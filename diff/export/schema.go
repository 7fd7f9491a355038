package export

import _ "embed"

//go:embed report.schema.json
var schema string

// Schema returns the JSON Schema of leaktop.report/v1.
func Schema() string { return schema }
