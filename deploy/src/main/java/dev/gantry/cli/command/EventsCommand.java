package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.client.OpsClient;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Durations;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.cli.view.EventLine;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "events", description = "Print what happened to tasks, container instances and services.")
final class EventsCommand extends ClientCommand {

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** How they are printed. */
    enum Output {
        table,
        json
    }

    @Option(
            names = {"-f", "--follow"},
            description = "Go on printing what happens, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--since", paramLabel = "DURATION", description = "All that is younger, for example 10m.")
    private @Nullable String since;

    @Option(
            names = "--tail",
            paramLabel = "EVENTS",
            description = "Only so many of the newest; 50 unless --since says how far back.")
    private @Nullable Integer tail;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Only task, node, service, deployment or hook; or EventBridge's detail-type.")
    private @Nullable String type;

    @Option(
            names = {"-A", "--all-clusters"},
            description = "Of all clusters.")
    private boolean allClusters;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}; json is one envelope of EventBridge a line.")
    private Output output = Output.table;

    /** Number of the last one that was printed; negative before the first. */
    private long last = -1;

    EventsCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        String query = query(api.cluster());
        boolean lost = false;
        while (true) {
            long before = last;
            try {
                api.ops().lines("/_gantry/v1/events?" + query + "&" + position(), this::write);
                if (!follow || console().out().checkError()) {
                    return follow ? Exit.INTERRUPTED : Exit.DONE;
                }
            } catch (Failure e) {
                // The server may be back in a moment, or another one answers; what was printed is not printed again.
                if (!follow || e.exit() != Exit.ERROR || console().out().checkError()) {
                    throw e;
                }
                if (!lost || last != before) {
                    console().note(e.getMessage() + "; trying on until Ctrl-C");
                }
                lost = true;
            }
            Thread.sleep(RETRY);
        }
    }

    private String query(String cluster) {
        StringBuilder query = new StringBuilder("follow=").append(follow);
        if (!allClusters) {
            query.append("&cluster=").append(OpsClient.encoded(cluster));
        }
        if (type != null) {
            query.append("&type=").append(OpsClient.encoded(detailType(type)));
        }
        if (since != null) {
            query.append("&sinceMs=")
                    .append(console()
                            .clock()
                            .instant()
                            .minus(Durations.parse(since))
                            .toEpochMilli());
        }
        return query.toString();
    }

    private String position() {
        if (last >= 0) {
            return "after=" + last;
        }
        return tail == null ? "" : "tail=" + tail;
    }

    private static String detailType(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "task" -> "ECS Task State Change";
            case "node" -> "ECS Container Instance State Change";
            case "service" -> "ECS Service Action";
            case "deployment" -> "ECS Deployment State Change";
            case "hook" -> "ECS Hook State Change";
            default -> word;
        };
    }

    private void write(JsonNode line) {
        if (line.has("missed")) {
            console().note(line.path("missed").asLong() + " events are no longer kept");
            return;
        }
        last = line.path("number").asLong();
        JsonNode event = line.path("event");
        print(output == Output.json ? event.toString() : EventLine.of(event));
        console().out().flush();
    }
}
