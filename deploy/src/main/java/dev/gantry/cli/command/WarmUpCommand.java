package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import dev.gantry.cli.apply.DocumentReader;
import dev.gantry.cli.apply.Found;
import dev.gantry.cli.apply.Planner;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.client.Settings;
import dev.gantry.cli.servers.Servers;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Format;
import dev.gantry.cli.view.Views;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Touches what the commands and the servers use, so that a training run for the AOT cache sees those classes. */
@Command(name = "warm-up", hidden = true, description = "For the build: load what commands and servers need.")
final class WarmUpCommand implements Callable<Integer> {

    private static final String DOCUMENT = """
        apiVersion: ecs.services.k8s.aws/v1alpha1
        kind: TaskDefinition
        metadata: {name: warm}
        spec: {containerDefinitions: [{name: a, image: b, essential: true, cpu: 1}]}
        """;

    private final Console console;
    private final Servers servers;

    WarmUpCommand(Console console, Servers servers) {
        this.console = console;
        this.servers = servers;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                byte[] answer =
                        "{\"clusterArns\":[],\"clusters\":[]}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            server.start();
            try {
                use(server.getAddress().getPort());
            } finally {
                server.stop(0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        servers.rehearse();
        return Exit.DONE.code();
    }

    private void use(int port) throws InterruptedException {
        Settings settings = new Settings(
                URI.create("http://127.0.0.1:" + port), "us-east-1", "", "AKIA", "secret", null, null, "default");
        Api api = Api.of(settings, console.clock());
        api.ecs().call("ListClusters", EcsClient.input());
        new Directory(api).list(Reference.Sort.CLUSTER);
        Views.clusters(List.of()).lines();
        Planner.plan(
                DocumentReader.read(List.of(new DocumentReader.Source("warm", DOCUMENT)), "default")
                        .ecs(),
                new Found(Map.of(), Map.of()),
                "",
                false);
        Format.yaml.print(JsonNodeFactory.instance.objectNode().put("a", "b"));
        Format.json.print(JsonNodeFactory.instance.objectNode().put("a", "b"));
    }
}
