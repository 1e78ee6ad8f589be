package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Durations;
import dev.gantry.cli.terminal.Exit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "token", description = "Make a token by which one more machine can join, once, or as many as you say.")
final class TokenCommand extends ClientCommand {

    @Option(
            names = "--ttl",
            paramLabel = "DURATION",
            defaultValue = "1h",
            description = "How long it can be used; default 1h.")
    private String ttl = "1h";

    @Option(
            names = "--uses",
            paramLabel = "K",
            defaultValue = "1",
            description = "How many nodes it admits, 1 to 10000; default ${DEFAULT-VALUE}.")
    private int uses = 1;

    TokenCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        JsonNode answer = api.ops()
                .post(
                        "/_gantry/v1/tokens",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("ttlSeconds", Durations.parse(ttl).toSeconds())
                                .put("uses", uses));
        console()
                .note("run this on the other machine" + (uses == 1 ? "" : "s") + " (valid until "
                        + answer.path("expiresAt").asText() + ", " + (uses == 1 ? "one use" : uses + " uses") + "):");
        String command = answer.path("command").asText("");
        print(
                command.isEmpty()
                        ? "gantry agent --join " + answer.path("token").asText() + "@"
                                + answer.path("agentAddress").asText()
                        : command);
        return Exit.DONE;
    }
}
