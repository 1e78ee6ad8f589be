package dev.gantry.controller;

import dev.gantry.controller.ack.EcsGuests;
import dev.gantry.controller.dispatch.AgentServer;
import dev.gantry.controller.ecs.EcsDrafts;
import dev.gantry.controller.http.Edge;
import dev.gantry.controller.http.EdgeLimits;
import dev.gantry.controller.http.EdgeOptions;
import dev.gantry.controller.http.Routes;
import dev.gantry.controller.kube.access.CertificateUsers;
import dev.gantry.controller.kube.custom.ClusterTypes;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.registry.Clusters;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.registry.ServiceRange;
import dev.gantry.controller.kube.serve.KubeApi;
import dev.gantry.controller.kube.serve.KubeSetup;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.kube.watch.Fanout;
import dev.gantry.store.Store;
import java.io.IOException;
import java.util.Map;

/** The Kubernetes API of a controller: its own port, its watches, and the file by which kubectl finds it. */
final class KubeFrontEnd implements AutoCloseable {

    private static final int BODY_BYTES_MAX = 3 << 20;
    // Each watch is a request in flight, and every client keeps some.
    private static final int REQUESTS_MAX = 4096;

    private final Fanout fanout;
    private final Edge edge;

    private KubeFrontEnd(Fanout fanout, Edge edge) {
        this.fanout = fanout;
        this.edge = edge;
    }

    /** How objects are made in this controller. */
    static Creation creation(Identity identity, EcsDrafts ecs, Chance chance) {
        Registries registries =
                new Registries(new PodCompiler(), ServiceRange.DEFAULT, new EcsGuests(Clusters.DEFAULT, ecs));
        return new Creation(registries, chance::requestId, identity.authority().certificatePem());
    }

    /** Serves when this returns. */
    static KubeFrontEnd start(
            ControllerSettings settings,
            Identity identity,
            Creation creation,
            Store store,
            AgentServer agents,
            Chance chance)
            throws IOException, InterruptedException {
        KubeSetup.ensure(store, creation, Clusters.DEFAULT, chance.clock());
        for (String cluster : settings.kubeClusters()) {
            KubeSetup.ensure(store, creation, cluster, chance.clock());
        }
        Fanout fanout = new Fanout(store, creation.registries());
        Routes routes = new Routes();
        new KubeApi(new KubeApi.Parts(
                        store,
                        new ClusterTypes(
                                ResourceTypes.builtIn(),
                                Map.of(Clusters.DEFAULT, creation.registries().guests())),
                        creation,
                        fanout,
                        agents.channels()::open,
                        agents.samples(),
                        request -> request.certificate().flatMap(CertificateUsers::of),
                        identity.serviceAccountTokens(chance),
                        chance.clock(),
                        chance::letters,
                        Version.TEXT))
                .mount(routes);
        EdgeOptions options = new EdgeOptions(
                settings.listening().address(),
                settings.listening().kubePort(),
                java.util.Optional.of(identity.serverFiles(true)),
                EdgeLimits.DEFAULT
                        .withBodyBytes(BODY_BYTES_MAX)
                        .withRequestsInFlight(REQUESTS_MAX)
                        .withRequestsPerSecond(settings.listening().requestsPerSecond()),
                KubeApi.socketProtocols());
        Edge edge = new Edge(options, routes, chance::requestId);
        try {
            edge.start();
            String url = "https://" + Endpoints.bracketed(Endpoints.host(settings.listening())) + ":" + edge.port();
            KubeConfig.write(identity, url, chance.clock().instant());
            return new KubeFrontEnd(fanout, edge);
        } catch (IOException | InterruptedException | RuntimeException e) {
            edge.close();
            fanout.close();
            throw e;
        }
    }

    int port() {
        return edge.port();
    }

    @Override
    public void close() {
        fanout.close();
        edge.close();
    }
}
