package dev.gantry.controller.kube.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.IngressBackend;
import dev.gantry.proto.IngressCertificate;
import dev.gantry.proto.IngressPath;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.IngressRule;
import dev.gantry.proto.Readiness;
import dev.gantry.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of ingresses. */
class IngressReconcilerTest {

    private static final String RULES = """
        'rules': [{'host': 'a.test', 'http': {'paths': [
          {'path': '/', 'pathType': 'Prefix', 'backend': {'service': {'name': 'web', 'port': {'number': 80}}}},
          {'path': '/api', 'pathType': 'Exact', 'backend': {'service': {'name': 'api', 'port': {'name': 'http'}}}}]}}]\
        """;

    private final ObjectWorld world = new ObjectWorld(List.of(new IngressReconciler()));

    @BeforeEach
    void open() {
        ingressClass("gantry", "gantry.dev/ingress");
        world.change("n1", node -> node.getInfoBuilder().addAddresses("192.0.2.1"));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void ingressClass(String name, String controller) {
        world.create(
                "ingressclasses",
                "{'metadata': {'name': '%s'}, 'spec': {'controller': '%s'}}".formatted(name, controller));
    }

    private void ingress(String spec) {
        world.create(
                "ingresses",
                "{'metadata': {'name': 'web'}, 'spec': {'ingressClassName': 'gantry', %s}}".formatted(spec));
        world.settle();
    }

    private void serves(String node, int http) {
        world.change(
                node,
                changed -> changed.getInfoBuilder().getIngressPortsBuilder().setHttp(http));
        world.settle();
    }

    private Optional<IngressRoute> route() {
        return world.snapshot()
                .get(Kinds.INGRESS_ROUTE.key("default/shop", "web"))
                .map(Versioned::value);
    }

    private List<String> addresses() {
        return world.object("ingresses", "web")
                .status()
                .at("/loadBalancer/ingress")
                .valueStream()
                .map(one -> one.path("ip").asText())
                .toList();
    }

    private List<String> warnings() {
        return world.objects("events").stream()
                .filter(event -> event.json().path("type").asText().equals("Warning"))
                .map(event -> event.json().path("message").asText())
                .toList();
    }

    @Test
    void tellsNodesWhereRequestsGo() {
        ingress(RULES + ", 'defaultBackend': {'service': {'name': 'rest', 'port': {'number': 8080}}}");
        assertThat(route())
                .contains(IngressRoute.newBuilder()
                        .setCluster("default")
                        .setNamespace("shop")
                        .setName("web")
                        .setCreatedAtMs(ObjectWorld.START.toEpochMilli())
                        .addRules(IngressRule.newBuilder()
                                .setHost("a.test")
                                .addPaths(IngressPath.newBuilder()
                                        .setPath("/")
                                        .setBackend(IngressBackend.newBuilder()
                                                .setService("web")
                                                .setPort(80)))
                                .addPaths(IngressPath.newBuilder()
                                        .setPath("/api")
                                        .setExact(true)
                                        .setBackend(IngressBackend.newBuilder()
                                                .setService("api")
                                                .setPortName("http"))))
                        .setDefaultBackend(
                                IngressBackend.newBuilder().setService("rest").setPort(8080))
                        .build());
        world.delete("ingresses", "web", "Background");
        world.settle();
        assertThat(route()).isEmpty();
    }

    @Test
    void saysWhichNodesServe() {
        serves("n1", 80);
        ingress(RULES);
        assertThat(addresses()).containsExactly("192.0.2.1");
        world.join("n2");
        world.change("n2", node -> node.getInfoBuilder().addAddresses("fd00::2").addAddresses("192.0.2.2"));
        serves("n2", 8080);
        assertThat(addresses()).containsExactly("192.0.2.1", "192.0.2.2");
        world.change("n1", node -> node.setReadiness(Readiness.UNREACHABLE));
        world.settle();
        assertThat(addresses()).containsExactly("192.0.2.2");
        serves("n2", 0);
        assertThat(addresses()).isEmpty();
        assertThat(world.object("ingresses", "web").status())
                .isEqualTo(Json.object().set("loadBalancer", Json.object()));
    }

    @Test
    void leavesIngressesOfOthersAlone() {
        ingressClass("nginx", "k8s.io/ingress-nginx");
        serves("n1", 80);
        ingress(RULES);
        world.change("ingresses", "web", json -> json.withObject("/spec").put("ingressClassName", "nginx"));
        world.settle();
        assertThat(route()).isEmpty();
        assertThat(addresses()).isEmpty();
        long written = world.object("ingresses", "web").record().revision();
        serves("n1", 8080);
        assertThat(world.object("ingresses", "web").record().revision()).isEqualTo(written);
    }

    @Test
    void followsTheClass() {
        serves("n1", 80);
        ingress(RULES);
        world.delete("ingressclasses", "gantry", "Background");
        world.settle();
        assertThat(route()).isEmpty();
        assertThat(addresses()).isEmpty();
        ingressClass("gantry", "gantry.dev/ingress");
        world.settle();
        assertThat(route()).isPresent();
        assertThat(addresses()).containsExactly("192.0.2.1");
    }

    @Test
    void bringsTheCertificatesOfSecrets() {
        ingress("'tls': [{'secretName': 'cert'}, {'hosts': ['b.test']}], " + RULES);
        IngressCertificate missing =
                IngressCertificate.newBuilder().addHosts("a.test").build();
        IngressCertificate none =
                IngressCertificate.newBuilder().addHosts("b.test").build();
        assertThat(route().orElseThrow().getCertificatesList()).containsExactly(missing, none);
        assertThat(warnings()).containsExactly("secret cert is not there");
        world.create(
                "secrets",
                "{'metadata': {'name': 'cert'}, 'type': 'kubernetes.io/tls', 'data': {'tls.crt': '%s', 'tls.key': '%s'}}"
                        .formatted(base64("CHAIN"), base64("KEY")));
        world.settle();
        IngressCertificate certificate = route().orElseThrow().getCertificates(0);
        assertThat(certificate.getChain().toStringUtf8()).isEqualTo("CHAIN");
        assertThat(certificate.getKey().toStringUtf8()).isEqualTo("KEY");
        assertThat(certificate.getHostsList()).containsExactly("a.test");
        world.delete("secrets", "cert", "Background");
        world.settle();
        assertThat(route().orElseThrow().getCertificatesList()).containsExactly(missing, none);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void mayDoWithoutRedirections() {
        ingress(RULES);
        assertThat(route().orElseThrow().getPlain()).isFalse();
        world.change(
                "ingresses",
                "web",
                json -> json.withObject("/metadata/annotations").put(IngressCompiler.REDIRECTS, "false"));
        world.settle();
        assertThat(route().orElseThrow().getPlain()).isTrue();
    }
}
