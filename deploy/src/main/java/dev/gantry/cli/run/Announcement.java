package dev.gantry.cli.run;

import dev.gantry.cli.servers.AgentOptions;
import dev.gantry.cli.servers.ServerOptions;
import dev.gantry.cli.servers.SimulationOptions;
import dev.gantry.cli.servers.StoreChoice;
import dev.gantry.cli.servers.UpOptions;
import dev.gantry.controller.Controller;
import dev.gantry.controller.Version;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** What a server says once it is ready: where it is, and the next three commands. */
final class Announcement {

    private static final PrintStream OUT = System.out;

    private Announcement() {}

    static void up(UpOptions options, Controller controller) {
        head(options.server(), controller);
        OUT.println(node(options.agent()));
        next(options.server(), "deploy/gantry apply -f deploy/examples/web --wait");
        ready(options.agent());
    }

    static void server(ServerOptions options, Controller controller) {
        head(options, controller);
        OUT.println("  agents    " + controller.endpoints().agentAddress());
        next(options, "deploy/gantry token" + dataDirectory(options));
        ready("what it runs goes on");
    }

    static void agent(AgentOptions options, List<String> nodeIds) {
        OUT.println("gantry " + Version.TEXT + " agent");
        if (options.simulation() == null) {
            OUT.println("  node      " + String.join(", ", nodeIds));
            OUT.println("  engine    " + NodeOptions.engine(options));
        } else {
            OUT.println(node(options));
        }
        OUT.println("  log       " + Logs.file(options.dataDirectory()));
        ready(options);
    }

    private static String node(AgentOptions options) {
        SimulationOptions simulation = options.simulation();
        if (simulation == null) {
            return "  node      " + NodeOptions.engine(options);
        }
        boolean isRange = !simulation.startMin().equals(simulation.startMax());
        return "  nodes     " + simulation.count() + " simulated, each with " + simulation.cpus() + " CPUs and "
                + simulation.memoryMib() + " MiB\n"
                + "  starts    take " + simulation.startMin().toMillis()
                + (isRange ? " to " + simulation.startMax().toMillis() : "") + " ms, failure rate "
                + simulation.failureRate() + ", seed " + simulation.seed();
    }

    private static void head(ServerOptions options, Controller controller) {
        OUT.println("gantry " + Version.TEXT);
        OUT.println("  endpoint  " + controller.endpoints().apiUrl());
        OUT.println("  store     " + store(options));
        OUT.println("  log       " + Logs.file(options.dataDirectory()));
    }

    private static String store(ServerOptions options) {
        Path data = options.dataDirectory();
        return switch (options.store()) {
            case StoreChoice.Embedded _ -> "embedded, in " + data.resolve("store");
            case StoreChoice.EtcdBeside _ -> "etcd beside this process, in " + data.resolve("etcd");
            case StoreChoice.EtcdCluster(var members) -> "etcd at " + members;
        };
    }

    private static void next(ServerOptions options, String last) {
        OUT.println("Next, in another terminal:");
        OUT.println("  eval \"$(deploy/gantry env" + dataDirectory(options) + ")\"");
        OUT.println("  aws ecs list-container-instances");
        OUT.println("  " + last);
    }

    private static String dataDirectory(ServerOptions options) {
        Path data = options.dataDirectory();
        boolean usual = data.equals(Path.of("/var/lib/gantry"))
                || data.equals(Path.of(System.getProperty("user.home", "/"), ".local", "share", "gantry"));
        return usual ? "" : " --data-dir " + data;
    }

    private static void ready(AgentOptions options) {
        ready(options.simulation() == null ? "what it runs goes on" : "what its nodes run ends with it");
    }

    private static void ready(String after) {
        OUT.println("ready (Ctrl-C ends Gantry; " + after + ")");
        OUT.flush();
    }
}
