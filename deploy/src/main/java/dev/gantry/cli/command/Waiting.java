package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.apply.ObjectId;
import dev.gantry.cli.apply.Rollout;
import dev.gantry.cli.client.ApiException;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.client.EcsClient.Describe;
import dev.gantry.cli.client.OpsClient;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Follows services until they are steady: a table redrawn in place on a terminal, one line per change elsewhere. */
final class Waiting {

    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration HEARTBEAT = Duration.ofSeconds(30);

    private final Api api;
    private final Console console;
    private final Map<String, Rollout> shown = new TreeMap<>();
    private int drawn;
    private Instant spoke;

    Waiting(Api api, Console console) {
        this.api = api;
        this.console = console;
        this.spoke = console.clock().instant();
    }

    Exit until(List<ObjectId> services, Duration timeout) throws InterruptedException {
        Instant end = console.clock().instant().plus(timeout);
        while (true) {
            List<Rollout> rollouts = rollouts(services);
            show(rollouts);
            if (rollouts.stream().anyMatch(Rollout::hasFailed)) {
                explain(services, rollouts, Rollout::hasFailed);
                return Exit.DEPLOYMENT_FAILED;
            }
            if (rollouts.stream().allMatch(Rollout::isSteady)) {
                return Exit.DONE;
            }
            if (console.clock().instant().isAfter(end)) {
                console.note("error: not steady after " + timeout.toSeconds() + " s");
                explain(services, rollouts, rollout -> !rollout.isSteady());
                return Exit.TIMEOUT;
            }
            Thread.sleep(INTERVAL);
        }
    }

    private List<Rollout> rollouts(List<ObjectId> services) throws InterruptedException {
        List<Rollout> rollouts = new ArrayList<>();
        Map<String, List<ObjectId>> clusters = services.stream().collect(Collectors.groupingBy(ObjectId::cluster));
        for (Map.Entry<String, List<ObjectId>> cluster : clusters.entrySet()) {
            List<String> names = cluster.getValue().stream().map(ObjectId::name).toList();
            api.ecs()
                    .describe(Describe.SERVICES, EcsClient.input().put("cluster", cluster.getKey()), names)
                    .forEach(service -> rollouts.add(Rollout.of(service)));
        }
        return rollouts;
    }

    private void show(List<Rollout> rollouts) {
        List<Rollout> changed = rollouts.stream()
                .filter(rollout -> !rollout.equals(shown.put(rollout.service(), rollout)))
                .toList();
        Instant now = console.clock().instant();
        if (console.redraws()) {
            redraw(rollouts);
        } else if (!changed.isEmpty()) {
            changed.forEach(rollout -> console.note(line(rollout)));
            spoke = now;
        } else if (now.isAfter(spoke.plus(HEARTBEAT))) {
            console.note(
                    "still waiting: " + rollouts.stream().map(Waiting::line).collect(Collectors.joining("; ")));
            spoke = now;
        }
    }

    private void redraw(List<Rollout> rollouts) {
        Table table = new Table("SERVICE", "REVISION", "DESIRED", "RUNNING", "PENDING", "FAILED", "STATE");
        for (Rollout rollout : rollouts) {
            table.row(
                    rollout.service(),
                    rollout.revision(),
                    Integer.toString(rollout.desired()),
                    Integer.toString(rollout.running()),
                    Integer.toString(rollout.pending()),
                    Integer.toString(rollout.failed()),
                    rollout.isSteady() ? "STEADY" : rollout.state().isEmpty() ? "WAITING" : rollout.state());
        }
        StringBuilder frame = new StringBuilder();
        if (drawn > 0) {
            frame.append("\033[").append(drawn).append("A");
        }
        table.lines().forEach(line -> frame.append("\033[2K").append(line).append('\n'));
        drawn = table.lines().size();
        console.err().print(frame);
        console.err().flush();
    }

    private static String line(Rollout rollout) {
        return "service/" + rollout.service() + " " + rollout.revision() + " desired " + rollout.desired() + " running "
                + rollout.running() + " pending " + rollout.pending() + " failed " + rollout.failed()
                + (rollout.isSteady() ? " steady" : "");
    }

    private void explain(List<ObjectId> services, List<Rollout> rollouts, java.util.function.Predicate<Rollout> which)
            throws InterruptedException {
        for (Rollout rollout : rollouts.stream().filter(which).toList()) {
            String cluster = services.stream()
                    .filter(id -> id.name().equals(rollout.service()))
                    .map(ObjectId::cluster)
                    .findFirst()
                    .orElse(api.cluster());
            try {
                String target = "/_gantry/v1/why/service/" + OpsClient.encoded(cluster) + "/"
                        + OpsClient.encoded(rollout.service());
                JsonNode why = api.ops().get(target);
                dev.gantry.cli.view.Why.lines(why).forEach(console::note);
            } catch (ApiException e) {
                // Real AWS, or an older server: the newest event is what there is to tell.
                console.note("  why: service/" + rollout.service() + ": " + rollout.event());
            }
        }
    }
}
