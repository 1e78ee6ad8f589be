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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;

/** Several machines of the test with a controller beside them, for kubectl. */
record KubeFleet(Hosts hosts, Fleet fleet) implements AutoCloseable {

    /** Skips the test where there is no kubectl. */
    static KubeFleet start(int machines) throws IOException {
        Assumptions.assumeTrue(
                Command.of("bash", "-c", "command -v kubectl").run().exit() == 0,
                "there is no kubectl on this machine");
        Hosts hosts = Hosts.start(machines);
        KubeFleet kube = new KubeFleet(hosts, Fleet.start(hosts));
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

    /** The names of the pods with this label {@code app}. */
    Set<String> pods(String app) {
        String names = kubectl("get", "pods", "-l", "app=" + app, "-o", "jsonpath={.items[*].metadata.name}")
                .run()
                .must();
        return new TreeSet<>(List.of(names.split(" ")));
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
