import * as assert from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import { after, before, test } from "node:test";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { program } from "./program";

const apiKey = "not-a-secret-key";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pocketid-"));
let fake: ChildProcess;
let url: string;

// Starts an in-memory Pocket ID on a free port, with the objects of seed.json.
before(async () => {
    fake = spawn("pocketid-fake", ["-addr", "127.0.0.1:0", "-api-key", apiKey, "-seed", "seed.json"], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of readline.createInterface({ input: fake.stdout! })) {
        if (line.startsWith("Listening on ")) {
            url = line.slice("Listening on ".length);
            return;
        }
    }
    throw new Error("pocketid-fake does not listen");
});

after(() => {
    fake.kill();
    fs.rmSync(folder, { recursive: true });
});

test("only the family can use the wiki", async () => {
    const stack = await LocalWorkspace.createOrSelectStack(
        { stackName: "test", projectName: "wiki", program },
        {
            workDir: folder,
            projectSettings: { name: "wiki", runtime: "nodejs", backend: { url: `file://${folder}` } },
            envVars: { PULUMI_CONFIG_PASSPHRASE: "test", POCKETID_BASE_URL: url, POCKETID_API_KEY: apiKey },
        },
    );
    await stack.up();
    const response = await fetch(`${url}/api/oidc/clients/wiki`, { headers: { "X-API-Key": apiKey } });
    const client: any = await response.json();
    assert.equal(client.isGroupRestricted, true);
    assert.deepEqual(client.allowedUserGroups.map((group: { name: string }) => group.name), ["family"]);
    await stack.destroy();
});
