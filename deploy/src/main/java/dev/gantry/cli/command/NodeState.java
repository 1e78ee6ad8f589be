package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.command.Reference.Sort;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.cli.view.Fields;

/** Sets whether a node takes tasks. */
final class NodeState {

    private NodeState() {}

    /** Returns {@code node/NAME}. */
    static String change(Api api, String name, String status) throws InterruptedException {
        JsonNode node = new Directory(api).one(Sort.NODE, Reference.parse(name).name());
        ObjectNode input = EcsClient.input().put("cluster", api.cluster()).put("status", status);
        input.putArray("containerInstances")
                .add(node.path("containerInstanceArn").asText());
        JsonNode failures =
                api.ecs().call("UpdateContainerInstancesState", input).path("failures");
        if (!failures.isEmpty()) {
            throw new Failure(
                    Exit.ERROR,
                    "node " + name + " was not changed",
                    failures.path(0).path("reason").asText() + " "
                            + failures.path(0).path("detail").asText(""),
                    "see gantry describe node/" + name);
        }
        return "node/" + Fields.nodeName(node);
    }
}
