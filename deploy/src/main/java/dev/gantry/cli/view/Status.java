package dev.gantry.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.List;

/** What a controller says of itself, as lines. */
public final class Status {

    private Status() {}

    /** @param endpoint that was asked */
    public static List<String> lines(JsonNode status, URI endpoint) {
        String id = status.path("controllerId").asText();
        return List.of(
                line(
                        "controller",
                        id + " at " + endpoint + ", gantry "
                                + status.path("version").asText()),
                line("leader", leader(status, id)),
                line(
                        "store",
                        (status.path("storeConnected").asBoolean() ? "connected" : "NOT CONNECTED") + ", revision "
                                + status.path("storeRevision").asText()),
                line("nodes", status.path("nodes").asText()),
                line("tasks", status.path("workloads").asText() + ", stopped ones included"));
    }

    private static String leader(JsonNode status, String id) {
        String leader = status.path("leader").asText();
        if (leader.isEmpty()) {
            return "none at the moment: reads are answered, nothing is decided";
        }
        String where = status.path("leaderApiUrl").asText() + ", agents at "
                + status.path("leaderAgentAddress").asText();
        return leader.equals(id) ? "this one, " + where : leader + " at " + where;
    }

    private static String line(String label, String text) {
        return "%-12s%s".formatted(label, text);
    }
}
