package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.apply.Manifest;
import dev.gantry.cli.kube.KubeApplier;
import dev.gantry.cli.kube.KubeRollout;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Follows workloads of the Kubernetes API until they are steady, one line per change. */
final class KubeWaiting {

    private static final Duration INTERVAL = Duration.ofMillis(250);

    private final KubeApplier applier;
    private final Console console;
    private final Map<String, KubeRollout> shown = new TreeMap<>();

    KubeWaiting(KubeApplier applier, Console console) {
        this.applier = applier;
        this.console = console;
    }

    Exit until(List<Manifest> manifests, Instant end) throws InterruptedException {
        List<Manifest> workloads = manifests.stream()
                .filter(manifest -> KubeRollout.isOf(manifest.kind()))
                .toList();
        while (true) {
            List<KubeRollout> rollouts = rollouts(workloads);
            rollouts.stream()
                    .filter(rollout -> !rollout.equals(shown.put(rollout.label(), rollout)))
                    .forEach(rollout -> console.note(rollout.toString()));
            if (rollouts.stream().anyMatch(rollout -> !rollout.reason().isEmpty())) {
                return Exit.DEPLOYMENT_FAILED;
            }
            if (rollouts.stream().allMatch(KubeRollout::isSteady)) {
                return Exit.DONE;
            }
            if (console.clock().instant().isAfter(end)) {
                rollouts.stream()
                        .filter(rollout -> !rollout.isSteady())
                        .forEach(rollout -> console.note("error: not steady in time: " + rollout
                                + "; see why: kubectl describe " + rollout.label()));
                return Exit.TIMEOUT;
            }
            Thread.sleep(INTERVAL);
        }
    }

    private List<KubeRollout> rollouts(List<Manifest> workloads) throws InterruptedException {
        List<KubeRollout> rollouts = new ArrayList<>();
        for (Manifest manifest : workloads) {
            JsonNode live = applier.live(manifest);
            String label = manifest.kind().toLowerCase(Locale.ROOT) + "/" + manifest.name();
            rollouts.add(KubeRollout.of(label, live));
        }
        return rollouts;
    }
}
