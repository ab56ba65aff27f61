import * as pocketid from "@pulumi-pocketid/pocketid";

// The program under test. The group exists already.
export async function program() {
    const family = pocketid.getGroupOutput({ name: "family" });
    const wiki = new pocketid.Client("wiki", {
        name: "Wiki",
        clientId: "wiki",
        callbackUrls: ["https://wiki.example.com/oauth/callback"],
        allowedUserGroups: [family.groupId],
    });
    return { clientId: wiki.clientId };
}
