package dev.gantry.controller.kube.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.RouteHost;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of the pods behind a service. */
class EndpointsTest {

    private static final String PORT = "'ports': [{'port': 80, 'targetPort': 8080}]";

    private final ObjectWorld world = new ObjectWorld(List.of(new ServiceReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    private void service(String spec) {
        world.create(
                "services", "{'metadata': {'name': 'web', 'labels': {'team': 'a'}}, 'spec': {%s}}".formatted(spec));
        world.settle();
    }

    private void pod(String name, String address, boolean ready, String more) {
        world.create(
                "pods",
                "{'metadata': {'name': '%s', 'labels': {'app': 'web'}}, 'spec': {%s 'containers': [{'name': 'c', 'image': 'i:1'}]}}"
                        .formatted(name, more));
        address(name, address);
        world.ready(pod(name), ready);
        world.settle();
    }

    private void address(String pod, String address) {
        world.report(pod(pod), observed -> observed.clearAddresses().addAddresses(address));
    }

    private PodDocument pod(String name) {
        return world.pods().stream()
                .filter(pod -> pod.name().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Optional<ServiceRoute> route() {
        return world.snapshot()
                .get(Kinds.SERVICE_ROUTE.key("default/shop", "web"))
                .map(Versioned::value);
    }

    private List<String> targets(int port) {
        return route().orElseThrow().getPorts(port).getTargetsList().stream()
                .map(target -> target.getAddress() + ":" + target.getPort())
                .toList();
    }

    private JsonNode endpoints() {
        return world.object("endpoints", "web").json();
    }

    private static List<String> addresses(JsonNode subset, String member) {
        return subset.path(member)
                .valueStream()
                .map(address -> address.path("ip").asText())
                .toList();
    }

    @Test
    void leavesOutPodsThatHaveNoPlaceYet() {
        service("'selector': {'app': 'web'}, " + PORT);
        world.create(
                "pods",
                "{'metadata': {'name': 'waits', 'labels': {'app': 'web'}}, 'spec': {'containers': [{'name': 'c',"
                        + " 'image': 'i'}]}}");
        world.settle();
        pod("one", "10.0.0.1", true, "");
        assertThat(targets(0)).containsExactly("10.0.0.1:8080");
    }

    @Test
    void tellsWhichPodsServe() {
        pod("one", "10.0.0.1", true, "");
        service("'selector': {'app': 'web'}, " + PORT);
        pod("two", "10.0.0.2", false, "");

        KubeDocument slice = world.objects("endpointslices").getFirst();
        assertThat(slice.meta().labels())
                .containsEntry("kubernetes.io/service-name", "web")
                .containsEntry("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io")
                .containsEntry("team", "a");
        assertThat(slice.name().name()).matches("web-[a-z0-9]{5}");
        assertThat(slice.json().at("/ports/0/port").asInt()).isEqualTo(8080);
        assertThat(slice.json().at("/endpoints/0/addresses/0").asText()).isEqualTo("10.0.0.1");
        assertThat(slice.json().at("/endpoints/0/conditions/ready").asBoolean()).isTrue();
        assertThat(slice.json().at("/endpoints/0/targetRef/name").asText()).isEqualTo("one");
        assertThat(slice.json().at("/endpoints/0/nodeName").asText()).isEqualTo("host-n1");
        assertThat(slice.json().at("/endpoints/1/conditions/ready").asBoolean()).isFalse();
        JsonNode subset = endpoints().at("/subsets/0");
        assertThat(addresses(subset, "addresses")).containsExactly("10.0.0.1");
        assertThat(addresses(subset, "notReadyAddresses")).containsExactly("10.0.0.2");
        assertThat(targets(0)).containsExactly("10.0.0.1:8080");
        assertThat(route().orElseThrow().getAddress()).startsWith("10.43.");
    }

    @Test
    void followsItsPods() {
        service("'selector': {'app': 'web'}, " + PORT);
        assertThat(targets(0)).isEmpty();
        assertThat(world.objects("endpointslices")).hasSize(1);
        pod("one", "10.0.0.1", true, "");
        assertThat(targets(0)).containsExactly("10.0.0.1:8080");
        world.ready(pod("one"), false);
        world.settle();
        assertThat(targets(0)).isEmpty();
        world.ready(pod("one"), true);
        world.settle();
        pod("two", "10.0.0.2", true, "");
        world.end(pod("one"), 1);
        world.settle();
        assertThat(targets(0)).containsExactly("10.0.0.2:8080");
        assertThat(world.objects("endpointslices")).hasSize(1);
    }

    @Test
    void usesWhatIsEndingOnlyWhenNothingElseServes() {
        pod("one", "10.0.0.1", true, "");
        service("'selector': {'app': 'web'}, " + PORT);
        pod("two", "10.0.0.2", true, "");
        world.delete("pods", "one", "Background");
        world.settle();
        assertThat(targets(0)).containsExactly("10.0.0.2:8080");
        JsonNode ending = world.objects("endpointslices").getFirst().json().at("/endpoints/0/conditions");
        assertThat(ending.path("ready").asBoolean()).isFalse();
        assertThat(ending.path("terminating").asBoolean()).isTrue();
    }

    @Test
    void findsPortsByTheirNamesInEachPod() {
        service("'selector': {'app': 'web'}, 'ports': [{'name': 'http', 'port': 80, 'targetPort': 'serve'}]");
        for (int i = 1; i <= 2; i++) {
            world.create("pods", """
                {'metadata': {'name': 'p%d', 'labels': {'app': 'web'}}, 'spec': {'containers': [
                 {'name': 'c', 'image': 'i:1', 'ports': [{'name': 'serve', 'containerPort': %d}]}]}}\
                """.formatted(i, 9000 + i));
            address("p" + i, "10.0.0." + i);
            world.ready(pod("p" + i), true);
        }
        pod("without", "10.0.0.9", true, "");
        world.settle();
        assertThat(targets(0)).containsExactlyInAnyOrder("10.0.0.1:9001", "10.0.0.2:9002");
        assertThat(world.objects("endpointslices")).hasSize(2);
    }

    @Test
    void givesTheNamesOfAHeadlessServiceItsPods() {
        service("'clusterIP': 'None', 'selector': {'app': 'web'}");
        pod("web-0", "10.0.0.1", true, "'hostname': 'web-0', 'subdomain': 'web',");
        pod("other", "10.0.0.2", true, "");
        assertThat(route().orElseThrow().getAddress()).isEmpty();
        assertThat(route().orElseThrow().getHostsList())
                .containsExactly(
                        RouteHost.newBuilder()
                                .setAddress("10.0.0.1")
                                .setHostname("web-0")
                                .build(),
                        RouteHost.newBuilder().setAddress("10.0.0.2").build());
        assertThat(endpoints().at("/metadata/labels").has("service.kubernetes.io/headless"))
                .isTrue();
    }

    @Test
    void tellsNodesWhereEndpointsAreOnlyForThoseWhoMustKnow() {
        pod("one", "10.0.0.1", true, "");
        service("'selector': {'app': 'web'}, 'internalTrafficPolicy': 'Local', " + PORT);
        ServiceRoute local = route().orElseThrow();
        assertThat(local.getLocalInside()).isTrue();
        assertThat(local.getPorts(0).getTargetsList())
                .containsExactly(RouteTarget.newBuilder()
                        .setAddress("10.0.0.1")
                        .setPort(8080)
                        .setNode("n1")
                        .build());
    }

    @Test
    void takesTheEndpointsThatSomebodyWroteWhereNothingIsSelected() {
        service(PORT);
        world.create(
                "endpoints",
                "{'metadata': {'name': 'web'}, 'subsets': [{'addresses': [{'ip': '192.0.2.7'}], 'ports': [{'port':"
                        + " 9}]}]}");
        world.settle();
        assertThat(targets(0)).containsExactly("192.0.2.7:9");
        KubeDocument mirror = world.objects("endpointslices").getFirst();
        assertThat(mirror.meta().labels())
                .containsEntry("endpointslice.kubernetes.io/managed-by", "endpointslicemirroring-controller.k8s.io");
        world.create("endpointslices", """
            {'metadata': {'name': 'mine', 'labels': {'kubernetes.io/service-name': 'web'}}, 'addressType': 'IPv4',
             'ports': [{'port': 9}], 'endpoints': [{'addresses': ['192.0.2.8']}]}\
            """);
        world.settle();
        assertThat(targets(0)).containsExactly("192.0.2.7:9", "192.0.2.8:9");
    }

    @Test
    void isAnotherNameOnly() {
        service("'type': 'ExternalName', 'externalName': 'db.example.com'");
        assertThat(route().orElseThrow().getCanonicalName()).isEqualTo("db.example.com");
        assertThat(route().orElseThrow().getAddress()).isEmpty();
        assertThat(world.objects("endpoints")).isEmpty();
    }

    @Test
    void leavesNothingBehind() {
        pod("one", "10.0.0.1", true, "");
        service("'type': 'NodePort', 'selector': {'app': 'web'}, " + PORT);
        assertThat(world.snapshot().list(Kinds.NETWORK_CLAIM)).hasSize(2);
        world.delete("services", "web", "Background");
        world.settle();
        assertThat(route()).isEmpty();
        assertThat(world.objects("endpoints")).isEmpty();
        assertThat(world.snapshot().list(Kinds.NETWORK_CLAIM)).isEmpty();
    }

    @Test
    void writesWhatSomebodyChangedAnew() {
        pod("one", "10.0.0.1", true, "");
        service("'selector': {'app': 'web'}, " + PORT);
        String slice = world.objects("endpointslices").getFirst().name().name();
        world.change("endpointslices", slice, json -> json.putArray("endpoints"));
        world.change("endpoints", "web", json -> json.remove("subsets"));
        world.settle();
        assertThat(endpoints().at("/subsets/0/addresses/0/ip").asText()).isEqualTo("10.0.0.1");
        assertThat(world.objects("endpointslices")
                        .getFirst()
                        .json()
                        .at("/endpoints/0/addresses/0")
                        .asText())
                .isEqualTo("10.0.0.1");
    }

    @Test
    void cutsWhatIsLongIntoSlicesOfAHundred() {
        service("'selector': {'app': 'web'}, " + PORT);
        for (int i = 0; i < 101; i++) {
            String name = "p" + i;
            world.create(
                    "pods",
                    "{'metadata': {'name': '%s', 'labels': {'app': 'web'}}, 'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}"
                            .formatted(name));
            address(name, "10.0.1." + i);
            world.ready(pod(name), true);
        }
        world.settle();
        assertThat(world.objects("endpointslices"))
                .extracting(slice -> slice.json().path("endpoints").size())
                .containsExactlyInAnyOrder(100, 1);
        assertThat(targets(0)).hasSize(101);
        world.change("services", "web", EndpointsTest::selectNothing);
        world.settle();
        assertThat(world.objects("endpointslices"))
                .extracting(slice -> slice.json().path("endpoints").size())
                .containsExactly(0);
    }

    private static void selectNothing(ObjectNode service) {
        service.withObject("/spec/selector").put("app", "nothing");
    }
}
