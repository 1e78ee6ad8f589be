package dev.gantry.e2e.bed;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A cluster of this checkout's own processes: controllers on the machine itself, one agent on each host. */
public final class Fleet implements AutoCloseable {

    private final Hosts hosts;
    private final Path home;
    private final List<Gantry> controllers = new ArrayList<>();
    private final Map<Host, Gantry> agents = new LinkedHashMap<>();
    private final Map<Integer, Map<String, String>> environments = new ConcurrentHashMap<>();
    private final Map<String, String> environment;

    private Fleet(Hosts hosts, Path home, Map<String, String> environment) {
        this.hosts = hosts;
        this.home = home;
        this.environment = environment;
    }

    /**
     * Starts one controller and joins every host with a token of its own.
     *
     * @param options of {@code gantry server} beyond addresses and data directory
     */
    public static Fleet start(Hosts hosts, String... options) {
        return start(hosts, Map.of(), options);
    }

    /** @param environment of the agents, beside this process's own */
    public static Fleet start(Hosts hosts, Map<String, String> environment, String... options) {
        Fleet fleet = empty(hosts, environment);
        fleet.addController(options);
        for (int index = 0; index < hosts.all().size(); index++) {
            fleet.join(hosts.get(index), "zone-" + (char) ('a' + index % 2));
        }
        fleet.awaitNodes(hosts.all().size());
        return fleet;
    }

    /** A cluster without any process yet. */
    public static Fleet empty(Hosts hosts) {
        return empty(hosts, Map.of());
    }

    private static Fleet empty(Hosts hosts, Map<String, String> environment) {
        try {
            return new Fleet(hosts, Files.createTempDirectory(Path.of("/var/tmp"), "gantry-fleet"), environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One more controller on the same store, with the first one's cluster key. */
    public Gantry addController(String... options) {
        int number = controllers.size();
        Path data = controllerHome(number);
        List<String> words = new ArrayList<>(List.of("server", "--data-dir", data.toString()));
        words.addAll(List.of("--listen", Hosts.GATEWAY, "--port", String.valueOf(14566 + 10 * number)));
        words.addAll(List.of("--agent-port", String.valueOf(14567 + 10 * number)));
        if (number > 0) {
            words.addAll(List.of(
                    "--cluster-key-file",
                    controllerHome(0).resolve("cluster.key").toString()));
        }
        words.addAll(Arrays.asList(options));
        Gantry controller = Gantry.start(
                "controller " + number, home.resolve("controller" + number + ".log"), "", words.toArray(String[]::new));
        controllers.add(controller);
        return controller.awaitLine("ready (");
    }

    public Gantry controller(int number) {
        return controllers.get(number);
    }

    public Path controllerHome(int number) {
        return home.resolve("controller" + number);
    }

    public Gantry agent(Host host) {
        return Objects.requireNonNull(agents.get(host), () -> "no agent on " + host.namespace());
    }

    /** The {@code aws} command against the first controller. */
    public Aws aws() {
        return aws(0);
    }

    public Aws aws(int controller) {
        return new Aws(environment(controller));
    }

    /** It stays what it was for as long as the data directory does, and asking costs a process. */
    private Map<String, String> environment(int controller) {
        return environments.computeIfAbsent(controller, number -> Gantry.environment(controllerHome(number)));
    }

    /** A client command against the first controller. */
    public Command gantry(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--data-dir");
        all.add(controllerHome(0).toString());
        return Gantry.command(all.toArray(String[]::new));
    }

    public void join(Host host, String zone) {
        join(host, zone, target -> target);
    }

    /** Where the agent of a host keeps what it must not forget. */
    public Path agentHome(Host host) {
        return home.resolve(host.namespace());
    }

    /** @param by what the agent is told to join, made from {@code TOKEN@HOST:PORT} of the first controller */
    public void join(Host host, String zone, UnaryOperator<String> by) {
        String said = gantry("token").run().must();
        Matcher token = Pattern.compile("GANTRY1-\\S+@\\S+").matcher(said);
        if (!token.find()) {
            throw new AssertionError("no token in what gantry token says: " + said);
        }
        String target = by.apply(token.group());
        Gantry agent = Gantry.start(
                "agent on " + host.namespace(),
                home.resolve(host.namespace() + ".log"),
                host.namespace(),
                environment,
                "agent",
                "--join",
                target,
                "--data-dir",
                agentHome(host).toString(),
                "--docker",
                host.engine().address(),
                "--name",
                host.namespace(),
                "--attributes",
                "ecs.availability-zone=" + zone + ",rack=" + host.namespace());
        agents.put(host, agent);
    }

    /** What a process has in its log, which outlives its restarts. */
    public static String log(Path dataDirectory) {
        try {
            Path file = dataDirectory.resolve("log").resolve("gantry.log");
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void awaitNodes(int count) {
        Awaitility.await(count + " connected nodes; logs in " + home)
                .atMost(Duration.ofMinutes(3))
                .until(() -> connectedNodes() == count);
    }

    /** Container instances that are connected; none while the first controller answers nobody. */
    public long connectedNodes() {
        try {
            Api api = new Api(environment(0));
            JsonNode arns = api.send("ListContainerInstances", "{}").body().path("containerInstanceArns");
            if (arns.isEmpty()) {
                return 0;
            }
            JsonNode nodes = api.send("DescribeContainerInstances", "{\"containerInstances\":" + arns + "}")
                    .body()
                    .path("containerInstances");
            return stream(nodes)
                    .filter(node -> node.path("agentConnected").asBoolean())
                    .count();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static Stream<JsonNode> stream(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        return all.stream();
    }

    public Path home() {
        return home;
    }

    @Override
    public void close() {
        agents.values().parallelStream().forEach(Gantry::close);
        controllers.forEach(Gantry::close);
        hosts.all().parallelStream().forEach(Fleet::clear);
    }

    private static void clear(Host host) {
        host.mend();
        List<String> left =
                host.engine().docker("ps", "-aq").run().must().lines().toList();
        if (!left.isEmpty()) {
            Stream<String> words = Stream.concat(Stream.of("rm", "-fv"), left.stream());
            host.engine()
                    .docker(words.toArray(String[]::new))
                    .within(Duration.ofMinutes(2))
                    .run()
                    .must();
        }
    }
}
