"""Runs a Python example as `pulumi preview` or `pulumi up` would, on machines
without pulumi-language-python: as an inline program.

    python driver.py PROGRAM preview|up PROJECT STACK [--expect-no-changes]

PROGRAM is the example's __main__.py; PROJECT is the folder with its Pulumi.yaml
and its stack settings. The last line of the output is JSON:
{"changes": {"create": 3, ...}}.
"""

import json
import runpy
import sys

from pulumi import automation as auto


def main(program_file, operation, project, stack_name, *flags):
    def program():
        runpy.run_path(program_file, run_name="__main__")

    options = auto.LocalWorkspaceOptions(work_dir=project)
    project_name = auto.LocalWorkspace(work_dir=project).project_settings().name
    stack = auto.select_stack(stack_name, project_name, program, opts=options)
    wanted = {"on_output": print, "expect_no_changes": "--expect-no-changes" in flags}
    if operation == "preview":
        return stack.preview(**wanted).change_summary
    if operation == "up":
        return stack.up(**wanted).summary.resource_changes
    raise ValueError(f"no operation {operation}")


if __name__ == "__main__":
    try:
        changes = main(*sys.argv[1:])
    except auto.CommandError as error:
        sys.exit(str(error))
    print("\n" + json.dumps({"changes": changes}))
