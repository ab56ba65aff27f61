import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as pocketid from "@pulumi-pocketid/pocketid";
import { createReport } from "./report";

const config = new pulumi.Config();
const file = config.require("file");
const days = config.requireNumber("days");

// The program manages nothing and uses no resource, so all values are known in a preview,
// which writes the file too.
async function writeReport(): Promise<number> {
    // getClients does not return federated identities, and groups only from Pocket ID 2.16 on.
    const { clients } = await pocketid.getClients();
    const details = clients.map(({ clientId }) => pocketid.getClient({ clientId }));
    const inventory = {
        clients: await Promise.all(details),
        groups: (await pocketid.getGroups()).groups,
        users: (await pocketid.getUsers()).users,
        apiKeys: (await pocketid.getApiKeys()).apiKeys,
    };
    const { markdown, findings } = createReport(inventory, new Date(), days);
    writeFileSync(file, markdown);
    return findings;
}

// The state gets the number of findings, but no names.
export const findings = writeReport();
