package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ingresses and their classes may say, and how they are shown. */
class IngressesTest {

    private static final String GROUP = "/apis/networking.k8s.io/v1";
    private static final String INGRESSES = GROUP + "/namespaces/default/ingresses";
    private static final String CLASSES = GROUP + "/ingressclasses";
    private static final String MERGE = "application/merge-patch+json";
    private static final String BACKEND = "'backend': {'service': {'name': 'web', 'port': {'number': 80}}}";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Answer ingress(String name, String spec) throws IOException, InterruptedException {
        return world.post(INGRESSES, "{'metadata': {'name': '%s'}, 'spec': {%s}}".formatted(name, spec));
    }

    private static String path(String path, String type) {
        return "'rules': [{'http': {'paths': [{'path': '%s', 'pathType': '%s', %s}]}}]".formatted(path, type, BACKEND);
    }

    private void assertRefused(String spec, String message) throws IOException, InterruptedException {
        Answer answer = ingress("bad", spec);
        assertThat(answer.text("/message")).contains(message);
        assertThat(answer.status()).isEqualTo(422);
    }

    @Test
    void haveTheClassThatIsThereFromTheStart() throws IOException, InterruptedException {
        Answer builtIn = world.get(CLASSES + "/gantry");
        assertThat(builtIn.text("/spec/controller")).isEqualTo("gantry.dev/ingress");
        assertThat(builtIn.text("/metadata/annotations/ingressclass.kubernetes.io~1is-default-class"))
                .isEqualTo("true");
        Answer made = ingress("web", path("/", "Prefix"));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("/spec/ingressClassName")).isEqualTo("gantry");
        assertThat(ingress("other", "'ingressClassName': 'nginx', " + path("/", "Prefix"))
                        .text("/spec/ingressClassName"))
                .isEqualTo("nginx");
    }

    @Test
    void haveNoClassWhenNoneIsTheDefault() throws IOException, InterruptedException {
        assertThat(world.delete(CLASSES + "/gantry").status()).isEqualTo(200);
        assertThat(ingress("web", path("/", "Prefix")).json().path("spec").has("ingressClassName"))
                .isFalse();
    }

    @Test
    void haveTheNewestOfSeveralDefaults() throws IOException, InterruptedException {
        world.pass(java.time.Duration.ofSeconds(5));
        Answer newer = world.post(CLASSES, """
            {'metadata': {'name': 'another', 'annotations': {'ingressclass.kubernetes.io/is-default-class': 'true'}},
             'spec': {'controller': 'k8s.io/ingress-nginx', 'parameters': {'kind': 'Setting', 'name': 's'}}}\
            """);
        assertThat(newer.status()).isEqualTo(201);
        assertThat(newer.text("/spec/parameters/scope")).isEqualTo("Cluster");
        assertThat(ingress("web", path("/", "Prefix")).text("/spec/ingressClassName"))
                .isEqualTo("another");
    }

    @Test
    void mayNameTheirClassInTheOldWay() throws IOException, InterruptedException {
        Answer old = world.post(
                INGRESSES,
                "{'metadata': {'name': 'old', 'annotations': {'kubernetes.io/ingress.class': 'gantry'}}, 'spec': {%s}}"
                        .formatted(path("/", "Prefix")));
        assertThat(old.status()).isEqualTo(201);
        assertThat(old.json().path("spec").has("ingressClassName")).isFalse();
        assertThat(old.warnings()).anyMatch(warning -> warning.contains("is deprecated"));
        Answer both = world.post(
                INGRESSES,
                "{'metadata': {'name': 'both', 'annotations': {'kubernetes.io/ingress.class': 'gantry'}}, 'spec': {%s}}"
                        .formatted("'ingressClassName': 'gantry', " + path("/", "Prefix")));
        assertThat(both.text("/message")).contains("can not be set when the class field is also set");
    }

    @Test
    void sayWhereRequestsGo() throws IOException, InterruptedException {
        assertRefused("", "spec: Invalid value: \"\": either `defaultBackend` or `rules` must be specified");
        assertRefused(
                path("foo", "Prefix"),
                "spec.rules[0].http.paths[0].path: Invalid value: \"foo\": must be an absolute path");
        assertRefused(path("/a//b", "Exact"), "must not contain '//'");
        assertRefused(path("/a/..", "Prefix"), "cannot end with '/..'");
        assertRefused(path("/", "Regex"), "spec.rules[0].http.paths[0].pathType: Unsupported value: \"Regex\"");
        assertRefused(
                "'rules': [{'http': {'paths': [{'path': '/', %s}]}}]".formatted(BACKEND),
                "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified");
        assertRefused("'rules': [{'http': {'paths': []}}]", "spec.rules[0].http.paths: Required value");
        assertRefused(
                "'rules': [{'host': '10.0.0.1'}]",
                "spec.rules[0].host: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address");
        assertRefused("'rules': [{'host': 'a.*.com'}]", "a wildcard DNS-1123 subdomain must start with '*.'");
        assertRefused("'rules': [{'host': 'Shop'}]", "a lowercase RFC 1123 subdomain");
        assertThat(ingress("any", path("", "ImplementationSpecific")).status()).isEqualTo(201);
        assertThat(ingress("wild", "'rules': [{'host': '*.shop.test'}]").status())
                .isEqualTo(201);
    }

    @Test
    void leadToPortsOfServices() throws IOException, InterruptedException {
        String at = "spec.defaultBackend";
        assertRefused("'defaultBackend': {}", at + ": Invalid value: \"\": resource or service backend is required");
        assertRefused(
                "'defaultBackend': {'resource': {'kind': 'Bucket', 'name': 'b'}}",
                at + ".resource: Forbidden: is not supported here: only services can be backends");
        assertRefused(
                "'defaultBackend': {'service': {'name': 'web'}}",
                at + ": Required value: port name or number is required");
        assertRefused(
                "'defaultBackend': {'service': {'name': 'web', 'port': {'name': 'http', 'number': 80}}}",
                "cannot set both port name & port number");
        assertRefused(
                "'defaultBackend': {'service': {'name': 'web', 'port': {'number': 70000}}}",
                at + ".service.port.number: Invalid value: 70000: must be between 1 and 65535");
        assertRefused(
                "'defaultBackend': {'service': {'name': 'web', 'port': {'name': 'Http'}}}", at + ".service.port.name");
        assertRefused("'defaultBackend': {'service': {'port': {'number': 80}}}", at + ".service.name: Required value");
        assertRefused(
                "'tls': [{'hosts': ['*'], 'secretName': 'No'}], " + path("/", "Prefix"),
                "spec.tls[0].hosts[0]: Invalid");
        assertThat(ingress("named", "'defaultBackend': {'service': {'name': 'web', 'port': {'name': 'http'}}}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void areShownAsUpstream() throws IOException, InterruptedException {
        ingress(
                "web",
                "'tls': [{'hosts': ['a.test'], 'secretName': 's'}], 'rules': [{'host': 'a.test'}, {'host': 'b.test'}]");
        world.patch(
                INGRESSES + "/web/status",
                MERGE,
                "{'status': {'loadBalancer': {'ingress': [{'ip': '192.0.2.1'}, {'ip': '192.0.2.2'}]}}}");
        Answer table = world.get(INGRESSES, "application/json;as=Table;g=meta.k8s.io;v=v1");
        assertThat(table.json()
                        .path("columnDefinitions")
                        .valueStream()
                        .map(column -> column.path("name").asText()))
                .containsExactly("Name", "Class", "Hosts", "Address", "Ports", "Age");
        assertThat(table.json().at("/rows/0/cells").valueStream().limit(5).map(cell -> cell.asText()))
                .containsExactly("web", "gantry", "a.test,b.test", "192.0.2.1,192.0.2.2", "80, 443");
    }

    @Test
    void haveClassesThatKeepTheirController() throws IOException, InterruptedException {
        assertThat(world.post(CLASSES, "{'metadata': {'name': 'c'}, 'spec': {}}")
                        .text("/message"))
                .contains("spec.controller: Required value");
        assertThat(world.post(CLASSES, "{'metadata': {'name': 'c'}, 'spec': {'controller': 'mine'}}")
                        .text("/message"))
                .contains("spec.controller: Invalid value: \"mine\": must be a domain-prefixed path");
        assertThat(world.patch(CLASSES + "/gantry", MERGE, "{'spec': {'controller': 'acme.io/foo'}}")
                        .text("/message"))
                .contains("spec.controller: Invalid value: \"acme.io/foo\": field is immutable");
    }
}
