// Runs a compiled TypeScript example as `pulumi preview` or `pulumi up` would,
// on machines without pulumi-language-nodejs: as an inline program.
//
//     node driver.js PROGRAM preview|up PROJECT STACK [--expect-no-changes]
//
// PROGRAM is the compiled example; PROJECT is the folder with its Pulumi.yaml,
// its stack settings and its node_modules. The last line of the output is JSON:
// {"changes": {"create": 3, ...}}.
"use strict";
const { createRequire } = require("node:module");
const path = require("node:path");

const [file, operation, project, stackName, ...flags] = process.argv.slice(2);

// The example's own copy of the SDK: resources and engine must meet in one.
const fromProject = createRequire(path.join(project, "package.json"));
const { LocalWorkspace } = fromProject("@pulumi/pulumi/automation");

async function main() {
    const workspace = { workDir: project };
    const projectName = (await (await LocalWorkspace.create(workspace)).projectSettings()).name;
    const program = async () => require(file); // its exports are the stack's outputs
    const stack = await LocalWorkspace.selectStack({ stackName, projectName, program }, workspace);
    const options = {
        onOutput: (text) => process.stdout.write(text),
        expectNoChanges: flags.includes("--expect-no-changes"),
    };
    switch (operation) {
        case "preview":
            return (await stack.preview(options)).changeSummary;
        case "up":
            return (await stack.up(options)).summary.resourceChanges;
        default:
            throw new Error(`no operation ${operation}`);
    }
}

main().then(
    (changes) => console.log(`\n${JSON.stringify({ changes })}`),
    (error) => {
        console.error(error.message);
        process.exitCode = 1;
    },
);
