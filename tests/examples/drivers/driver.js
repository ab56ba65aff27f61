// Previews or updates a compiled TypeScript example as an inline program, on machines
// without pulumi-language-nodejs.
//
//     node driver.js PROGRAM preview|up PROJECT STACK [--expect-no-changes]
//
// PROGRAM is the compiled example. PROJECT is the folder with its Pulumi.yaml, its stack
// settings and its node_modules. The last line of the output is JSON:
// {"changes": {"create": 3, ...}}.
"use strict";
const { createRequire } = require("node:module");
const path = require("node:path");

const [file, operation, project, stackName, ...flags] = process.argv.slice(2);

// Load the copy of @pulumi/pulumi that the example uses, because both must be the same.
const fromProject = createRequire(path.join(project, "package.json"));
const { LocalWorkspace } = fromProject("@pulumi/pulumi/automation");

async function main() {
    const workspace = { workDir: project };
    const projectName = (await (await LocalWorkspace.create(workspace)).projectSettings()).name;
    const program = async () => require(file); // the exports become the outputs of the stack
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
            throw new Error(`unknown operation ${operation}`);
    }
}

main().then(
    (changes) => console.log(`\n${JSON.stringify({ changes })}`),
    (error) => {
        console.error(error.message);
        process.exitCode = 1;
    },
);
