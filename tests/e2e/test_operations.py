"""Every operation of the API's document has succeeded in one of the other tests, which ran before this one."""

import json
import os
import pathlib
import unittest

import fleet


class Operations(fleet.OneFleet):
    nodes = 0

    def test_every_operation_has_succeeded(self):
        paths = json.loads(self.fleet.fetch("/v1/openapi.json"))["paths"]
        known = {operation["operationId"] for path in paths.values() for operation in path.values()
                 if "operationId" in operation}
        succeeded = {"getOpenapi"}
        for file in pathlib.Path(os.environ["MUSTER_SUCCEEDED"]).iterdir():
            succeeded.update(file.read_text().split())
        self.assertGreater(len(known), 20)
        self.assertEqual(known - succeeded, set(), "run the other e2e tests first; what none of them comes to needs a test")


if __name__ == "__main__":
    unittest.main(verbosity=2)
