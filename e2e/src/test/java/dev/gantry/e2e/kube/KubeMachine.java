package dev.gantry.e2e.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** A {@code gantry up} with an engine of its own, for kubectl. */
record KubeMachine(Path home, Engine engine, Gantry up) implements AutoCloseable {

    /** What an agent on this machine itself has told its kernel. */
    private static final String UNRULED = """
        iptables -D DOCKER-USER -s 10.42.0.0/16 -j ACCEPT
        iptables -D DOCKER-USER -d 10.42.0.0/16 -j ACCEPT
        iptables -t nat -D POSTROUTING -s 10.42.0.0/16 -d 10.42.0.0/16 -j ACCEPT
        for table in $(nft list tables | grep -o 'gantry_.*'); do nft delete table ip $table; done
        """;

    /**
     * Skips the test where there is no kubectl.
     *
     * @param subnet of the engine's bridge, for example {@code 10.218.0.1/24}
     * @param port of the API; the agents' is the next one
     * @param more words for {@code gantry up}
     */
    static KubeMachine start(String name, String subnet, int port, String... more) throws IOException {
        Assumptions.assumeTrue(
                Command.of("bash", "-c", "command -v kubectl").run().exit() == 0,
                "there is no kubectl on this machine");
        Path home = Files.createTempDirectory(Path.of("/var/tmp"), name);
        Engine engine = Engine.start(home.resolve("engine"), "", subnet);
        engine.importBusybox();
        List<String> words = new ArrayList<>(List.of(
                "up",
                "--data-dir",
                home + "/data",
                "--port",
                Integer.toString(port),
                "--agent-port",
                Integer.toString(port + 1),
                "--docker",
                engine.address()));
        words.addAll(List.of(more));
        Gantry up = Gantry.start("up", home.resolve("up.log"), "", words.toArray(String[]::new))
                .awaitLine("ready (");
        KubeMachine machine = new KubeMachine(home, engine, up);
        Files.writeString(
                home.resolve("kubeconfig"), machine.kubeconfig("default").run().must());
        return machine;
    }

    /** Prints the file for a cluster. */
    Command kubeconfig(String cluster) {
        return Gantry.command("kubeconfig", "--cluster", cluster, "--data-dir", home + "/data");
    }

    Command kubectl(String... words) {
        List<String> all = new ArrayList<>(List.of("kubectl"));
        all.addAll(List.of(words));
        return Command.of(all.toArray(String[]::new))
                .with(Map.of("KUBECONFIG", home.resolve("kubeconfig").toString()));
    }

    /** @return what kubectl says of it */
    String apply(String documents) {
        return kubectl("apply", "-f", "-")
                .reading(documents.getBytes(UTF_8))
                .run()
                .must();
    }

    @Override
    public void close() {
        up.close();
        engine.close();
        Command.of("sh", "-c", UNRULED).run();
        Command.of("rm", "-rf", home.toString()).run();
    }
}
