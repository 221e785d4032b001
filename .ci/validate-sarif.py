"""Holds SARIF files to the published schema: METADATA FILE..

METADATA is what `cargo metadata` says of a package that depends on serde-sarif, whose sources hold
the schema.
"""

import json
import pathlib
import sys

import jsonschema

metadata, *files = sys.argv[1:]
packages = json.loads(pathlib.Path(metadata).read_text())["packages"]
(manifest,) = [p["manifest_path"] for p in packages if p["name"] == "serde-sarif"]
schema = json.loads((pathlib.Path(manifest).parent / "src/schema.json").read_text())
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
validator = kind(schema, format_checker=kind.FORMAT_CHECKER)
# A check that accepts everything would accept this.
assert not validator.is_valid({"version": "2.1.0", "runs": [{"tool": {}}]})

failed = False
for name in files:
    log = json.loads(pathlib.Path(name).read_text())
    errors = list(validator.iter_errors(log))
    for error in errors[:20]:
        print(f"{name}: {list(error.absolute_path)}: {error.message[:300]}")
    failed |= bool(errors)
    results = log["runs"][0]["results"]
    flows = sum("codeFlows" in result for result in results)
    print(f"{pathlib.Path(name).name}: {len(results)} results, {flows} with a story, {len(errors)} errors")
sys.exit(failed)
