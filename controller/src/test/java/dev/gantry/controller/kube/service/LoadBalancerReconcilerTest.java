package dev.gantry.controller.kube.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.resource.BalancedPort;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.RouteEntrance;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.store.Versioned;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where services of the type LoadBalancer are reached. */
class LoadBalancerReconcilerTest {

    private static final String ERROR = "LoadBalancerPortsError";

    private final ObjectWorld world = new ObjectWorld(List.of(new ServiceReconciler(), new LoadBalancerReconciler()));

    @BeforeEach
    void open() {
        network("n1", 1);
        world.join("n2");
        network("n2", 2);
        world.create("namespaces", "{'metadata': {'name': 'default'}}");
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void network(String node, int number) {
        world.change(node, changed -> {
            changed.setSubnet("10.42." + number + ".0/24");
            changed.getInfoBuilder().addAddresses("192.0.2." + number);
        });
    }

    private void balance(String name, int port, String more) {
        world.create(
                "services",
                "{'metadata': {'name': '%s'}, 'spec': {'type': 'LoadBalancer', 'selector': {'app': '%s'}, %s'ports': [{'port': %d}]}}"
                        .formatted(name, name, more, port));
        world.settle();
    }

    private KubeDocument service(String name) {
        return world.object("services", name);
    }

    private List<String> addresses(String name) {
        return service(name)
                .status()
                .at("/loadBalancer/ingress")
                .valueStream()
                .map(one -> one.path("ip").asText())
                .toList();
    }

    private String complaint(String name) {
        return service(name)
                .status()
                .path("conditions")
                .valueStream()
                .filter(one -> one.path("type").asText().equals(ERROR))
                .map(one -> one.path("message").asText())
                .findFirst()
                .orElse("");
    }

    private ServiceRoute route(String name) {
        return world.snapshot()
                .get(Kinds.SERVICE_ROUTE.key("default/shop", name))
                .map(Versioned::value)
                .orElseThrow();
    }

    private List<String> events() {
        return world.objects("events").stream()
                .map(event -> event.json().path("reason").asText())
                .toList();
    }

    @Test
    void areReachedAtEachNode() {
        balance("web", 80, "'loadBalancerSourceRanges': ['198.51.100.0/24'], ");
        assertThat(addresses("web")).containsExactly("192.0.2.1", "192.0.2.2");
        assertThat(service("web").status().at("/loadBalancer/ingress/0/ipMode").asText())
                .isEqualTo("VIP");
        assertThat(route("web").getEntrancesList())
                .containsExactly(entrance("192.0.2.1", "n1"), entrance("192.0.2.2", "n2"));
        assertThat(route("web").getEntranceSourcesList()).containsExactly("198.51.100.0/24");
        assertThat(events()).containsExactly("EnsuredLoadBalancer");
        long written = service("web").record().revision();
        world.settle();
        assertThat(service("web").record().revision()).isEqualTo(written);
    }

    private static RouteEntrance entrance(String address, String node) {
        return RouteEntrance.newBuilder().setAddress(address).setNode(node).build();
    }

    @Test
    void areNotReachedWhereNodesTakeNothing() {
        balance("web", 80, "");
        world.change("n2", node -> node.setReadiness(Readiness.UNREACHABLE));
        world.settle();
        assertThat(addresses("web")).containsExactly("192.0.2.1");
        world.change("n2", node -> node.setReadiness(Readiness.READY));
        world.change("n1", node -> node.putAttributes("node.kubernetes.io/exclude-from-external-load-balancers", ""));
        world.settle();
        assertThat(addresses("web")).containsExactly("192.0.2.2");
        world.change("n2", node -> node.setSubnet(""));
        world.settle();
        assertThat(addresses("web")).isEmpty();
        assertThat(complaint("web")).isEqualTo("no node takes requests for it");
        assertThat(BalancedPort.claims(world.snapshot())).isEmpty();
        assertThat(route("web").getEntrancesList()).isEmpty();
    }

    @Test
    void shareNoPortOfANode() {
        balance("first", 80, "");
        balance("second", 80, "");
        balance("third", 443, "");
        assertThat(addresses("second")).isEmpty();
        assertThat(complaint("second"))
                .isEqualTo("service shop/first has port 80/TCP of node host-n1,"
                        + " service shop/first has port 80/TCP of node host-n2");
        assertThat(events()).contains("SyncLoadBalancerFailed");
        assertThat(addresses("third")).hasSize(2);
        world.delete("services", "first", "Background");
        world.settle();
        assertThat(addresses("second")).containsExactly("192.0.2.1", "192.0.2.2");
        assertThat(complaint("second")).isEmpty();
    }

    @Test
    void keepToOneAddressThatIsAskedFor() {
        balance("first", 80, "'loadBalancerIP': '192.0.2.2', ");
        balance("second", 80, "");
        assertThat(addresses("first")).containsExactly("192.0.2.2");
        assertThat(addresses("second")).containsExactly("192.0.2.1");
    }

    @Test
    void leavePortsOfTheNodesAlone() {
        world.change("n1", node -> node.getInfoBuilder().getCapacityBuilder().addTcpPorts(22));
        world.change(
                "n2", node -> node.getInfoBuilder().getIngressPortsBuilder().setHttp(80));
        balance("shell", 22, "");
        balance("web", 80, "");
        assertThat(addresses("shell")).containsExactly("192.0.2.2");
        assertThat(complaint("shell")).isEqualTo("the machine itself has port 22/TCP of node host-n1");
        assertThat(addresses("web")).containsExactly("192.0.2.1");
        assertThat(complaint("web")).isEqualTo("its ingress has port 80/TCP of node host-n2");
        world.change(
                "n2", node -> node.getInfoBuilder().getIngressPortsBuilder().setHttp(0));
        world.settle();
        assertThat(addresses("web")).containsExactly("192.0.2.1", "192.0.2.2");
    }

    @Test
    void giveWayToPodsThatHaveThePort() {
        balance("web", 80, "");
        world.create(
                "pods",
                "{'metadata': {'name': 'edge'}, 'spec': {'containers': [{'name': 'c', 'image': 'i',"
                        + " 'ports': [{'containerPort': 80, 'hostPort': 80}]}]}}");
        world.settle();
        assertThat(addresses("web")).hasSize(2);
        world.ready(world.pods().getFirst(), true);
        world.settle();
        assertThat(addresses("web")).containsExactly("192.0.2.2");
        assertThat(complaint("web")).isEqualTo("pod shop/edge has port 80/TCP of node host-n1");
        world.end(world.pods().getFirst(), 0);
        world.settle();
        assertThat(addresses("web")).hasSize(2);
    }

    @Test
    void areReachedOnlyWhereTheirPodsAreIfTheyKeepToThem() {
        balance("web", 80, "'externalTrafficPolicy': 'Local', ");
        assertThat(addresses("web")).isEmpty();
        world.create(
                "pods",
                "{'metadata': {'name': 'a', 'labels': {'app': 'web'}}, 'spec': {'containers': [{'name': 'c', 'image':"
                        + " 'i'}]}}");
        world.settle();
        world.ready(world.pods().getFirst(), true);
        world.report(world.pods().getFirst(), observed -> observed.addAddresses("10.42.1.5"));
        world.settle();
        assertThat(addresses("web")).containsExactly("192.0.2.1");
    }

    @Test
    void areLeftToOthersThatTheirClassNames() {
        balance("web", 80, "'loadBalancerClass': 'example.com/metal', ");
        assertThat(addresses("web")).isEmpty();
        world.changeStatus(
                "services",
                "web",
                json -> json.withObject("/status/loadBalancer")
                        .withArray("ingress")
                        .addObject()
                        .put("ip", "203.0.113.9"));
        world.settle();
        assertThat(addresses("web")).containsExactly("203.0.113.9");
        assertThat(route("web").getEntrancesList()).containsExactly(entrance("203.0.113.9", ""));
        assertThat(BalancedPort.claims(world.snapshot())).isEmpty();
    }

    @Test
    void areReachedNoLongerOnceTheyAreOfAnotherType() {
        balance("web", 80, "");
        world.change("services", "web", json -> json.withObject("/spec").put("type", "ClusterIP"));
        world.settle();
        assertThat(addresses("web")).isEmpty();
        assertThat(route("web").getEntrancesList()).isEmpty();
        assertThat(BalancedPort.claims(world.snapshot())).isEmpty();
        balance("next", 80, "");
        assertThat(addresses("next")).hasSize(2);
    }
}
