package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.command.Reference.Sort;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.view.Fields;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "interrupt",
        description =
                "Take spot capacity back, as Fargate does: a task of FARGATE_SPOT gets SIGTERM, and its stopTimeout to"
                        + " end in. A node is drained besides.")
final class InterruptCommand extends ClientCommand {

    @Parameters(paramLabel = "TASK|node/NODE")
    private String name = "";

    InterruptCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        Reference reference = Reference.parse(name);
        Sort sort = reference.sort() == Sort.NODE ? Sort.NODE : Sort.TASK;
        JsonNode object = new Directory(api).one(sort, Fields.lastPart(reference.name()));
        String arn = object.path(sort == Sort.NODE ? "containerInstanceArn" : "taskArn")
                .asText();
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("cluster", api.cluster());
        JsonNode answer = api.ops().post("/_gantry/v1/interruptions", request.put(sort.label(), Fields.lastPart(arn)));
        if (sort == Sort.NODE) {
            print("node/" + Fields.nodeName(object) + " drained");
        }
        answer.path("tasks").forEach(task -> print("task/" + task.asText() + " interrupted"));
        return Exit.DONE;
    }
}
