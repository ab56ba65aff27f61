import json
import os
import subprocess
import tempfile
import unittest
import urllib.request

from pulumi import automation

from program import program

API_KEY = "not-a-secret-key"
HERE = os.path.dirname(os.path.abspath(__file__))


class ProgramTest(unittest.TestCase):
    def setUp(self) -> None:
        """Starts an in-memory Pocket ID on a free port, with the objects of seed.json."""
        self.fake = subprocess.Popen(
            ["pocketid-fake", "-addr", "127.0.0.1:0", "-api-key", API_KEY, "-seed", os.path.join(HERE, "seed.json")],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.stop)
        assert self.fake.stdout is not None
        for line in self.fake.stdout:
            if line.startswith("Listening on "):
                self.url = line.removeprefix("Listening on ").strip()
                return
        self.fail("pocketid-fake does not listen")

    def stop(self) -> None:
        self.fake.kill()
        self.fake.communicate()

    def test_only_the_family_can_use_the_wiki(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            stack = automation.create_or_select_stack(
                stack_name="test",
                project_name="wiki",
                program=program,
                opts=automation.LocalWorkspaceOptions(
                    work_dir=folder,
                    project_settings=automation.ProjectSettings(
                        name="wiki", runtime="python", backend=automation.ProjectBackend(url=f"file://{folder}")
                    ),
                    env_vars={
                        "PULUMI_CONFIG_PASSPHRASE": "test",
                        "POCKETID_BASE_URL": self.url,
                        "POCKETID_API_KEY": API_KEY,
                    },
                ),
            )
            stack.up()
            request = urllib.request.Request(f"{self.url}/api/oidc/clients/wiki", headers={"X-API-Key": API_KEY})
            with urllib.request.urlopen(request) as response:
                client = json.load(response)
            self.assertTrue(client["isGroupRestricted"])
            self.assertEqual([group["name"] for group in client["allowedUserGroups"]], ["family"])
            stack.destroy()


if __name__ == "__main__":
    unittest.main()
