"""Previews or updates a Python example as an inline program, on machines without
pulumi-language-python.

    python driver.py PROGRAM preview|up PROJECT STACK [--expect-no-changes]

PROGRAM is the example's __main__.py. PROJECT is the folder with its Pulumi.yaml and its
stack settings. The last line of the output is JSON:
{"changes": {"create": 3, ...}}.
"""

import json
import os
import runpy
import sys

from pulumi import automation as auto


def main(program_file, operation, project, stack_name, *flags):
    # The language host also finds modules beside the program.
    sys.path.insert(0, os.path.dirname(program_file))

    def program():
        runpy.run_path(program_file, run_name="__main__")

    workspace = auto.LocalWorkspaceOptions(work_dir=project)
    project_name = auto.LocalWorkspace(work_dir=project).project_settings().name
    stack = auto.select_stack(stack_name, project_name, program, opts=workspace)
    options = {"on_output": print, "expect_no_changes": "--expect-no-changes" in flags}
    if operation == "preview":
        return stack.preview(**options).change_summary
    if operation == "up":
        return stack.up(**options).summary.resource_changes
    raise ValueError(f"unknown operation {operation}")


if __name__ == "__main__":
    try:
        changes = main(*sys.argv[1:])
    except auto.CommandError as error:
        sys.exit(str(error))
    print("\n" + json.dumps({"changes": changes}))
