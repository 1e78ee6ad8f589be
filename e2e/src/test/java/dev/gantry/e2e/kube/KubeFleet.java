package dev.gantry.e2e.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** Several machines of the test with a controller beside them, for kubectl. */
record KubeFleet(Hosts hosts, Fleet fleet) implements AutoCloseable {

    /** Skips the test where there is no kubectl. */
    static KubeFleet start(int machines) throws IOException {
        return start(machines, Map.of());
    }

    /** @param environment of the agents, beside this process's own */
    static KubeFleet start(int machines, Map<String, String> environment) throws IOException {
        Assumptions.assumeTrue(
                Command.of("bash", "-c", "command -v kubectl").run().exit() == 0,
                "there is no kubectl on this machine");
        Hosts hosts = Hosts.start(machines);
        KubeFleet kube = new KubeFleet(hosts, Fleet.start(hosts, environment));
        Files.writeString(
                kube.config(),
                Gantry.command(
                                "kubeconfig",
                                "--data-dir",
                                kube.fleet().controllerHome(0).toString())
                        .run()
                        .must());
        return kube;
    }

    private Path config() {
        return fleet.home().resolve("kubeconfig");
    }

    Command kubectl(String... words) {
        List<String> all = new ArrayList<>(List.of("kubectl"));
        all.addAll(List.of(words));
        return Command.of(all.toArray(String[]::new)).with(Map.of("KUBECONFIG", config().toString()));
    }

    void apply(String documents) {
        String _ = kubectl("apply", "-f", "-")
                .reading(documents.getBytes(UTF_8))
                .run()
                .must();
    }

    static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(30)).until(condition);
    }

    /** @param workload as kubectl names it, with its kind */
    void awaitRollout(String workload) {
        String _ = kubectl("rollout", "status", workload, "--timeout=60s").run().must();
    }

    /**
     * Deletes the pods with this label {@code app}, and waits for as many others to be ready. kubectl's own wait does
     * not end when a pod's successor comes while it begins to wait, and a status may be told before the pods are gone.
     */
    void replacePods(String app) {
        Set<String> before = drawn(app, "{.metadata.uid}");
        String _ = kubectl("delete", "pods", "-l", "app=" + app, "--wait=false")
                .run()
                .must();
        await("other pods of " + app, () -> {
            Set<String> after = drawn(app, "{.metadata.uid}");
            return after.size() == before.size()
                    && Collections.disjoint(before, after)
                    && drawn(app, "{.status.conditions[?(@.type=='Ready')].status}")
                            .equals(Set.of("True"));
        });
    }

    /** The names of the pods with this label {@code app}. */
    Set<String> pods(String app) {
        return drawn(app, "{.metadata.name}");
    }

    private Set<String> drawn(String app, String part) {
        String drawn = kubectl(
                        "get", "pods", "-l", "app=" + app, "-o", "jsonpath={range .items[*]}" + part + "{\"\\n\"}{end}")
                .run()
                .must();
        return drawn.lines().collect(Collectors.toCollection(TreeSet::new));
    }

    Command.Result inPod(String pod, String script) {
        return kubectl("exec", pod, "--", "sh", "-c", script).run();
    }

    /** The machine that a pod is on. */
    Host hostOf(String pod) {
        return hosts.all().stream()
                .filter(host -> !container(host, pod).isEmpty())
                .findFirst()
                .orElseThrow();
    }

    /** The engine's id of the container {@code main} of a pod; empty when it does not run there. */
    static String container(Host host, String pod) {
        return host.engine()
                .docker(
                        "ps",
                        "-q",
                        "--filter",
                        "label=io.kubernetes.pod.name=" + pod,
                        "--filter",
                        "label=dev.gantry.container=main")
                .run()
                .must()
                .strip();
    }

    @Override
    public void close() {
        fleet.close();
        hosts.close();
    }
}
