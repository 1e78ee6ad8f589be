package dev.gantry.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.agent.RouteBook;
import dev.gantry.agent.Services;
import dev.gantry.agent.ingress.Backend.Endpoint;
import dev.gantry.proto.IngressCertificate;
import dev.gantry.proto.IngressRoute;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which request is for whom. */
class IngressTableTest {

    /** The name of the service that a request is for, or {@code none}. */
    private static String find(IngressTable table, String host, String path) {
        return RequestPath.plain(path)
                .flatMap(plain -> table.find(host, plain))
                .map(backend -> backend.name().replaceFirst("^default/shop/", ""))
                .orElse("none");
    }

    private static IngressTable table(IngressRoute.Builder... ingresses) {
        return IngressTable.of(Ingresses.book(List.of(), ingresses));
    }

    @Test
    void prefersTheHostThatFitsBest() {
        IngressTable table = table(Ingresses.named("a", 1)
                .addRules(Ingresses.rule("", "/", "any"))
                .addRules(Ingresses.rule("*.shop.test", "/", "wild"))
                .addRules(Ingresses.rule("www.shop.test", "/", "exact")));
        assertThat(find(table, "www.shop.test", "/")).isEqualTo("exact:80");
        assertThat(find(table, "api.shop.test", "/")).isEqualTo("wild:80");
        assertThat(find(table, "shop.test", "/")).isEqualTo("any:80");
        // A wildcard stands for one label.
        assertThat(find(table, "v1.api.shop.test", "/")).isEqualTo("any:80");
    }

    @Test
    void leavesPathsOfOneHostToThatHost() {
        IngressTable table = table(Ingresses.named("a", 1)
                .addRules(Ingresses.rule("*.shop.test", "/", "wild"))
                .addRules(Ingresses.rule("www.shop.test", "/only", "exact")));
        assertThat(find(table, "www.shop.test", "/other")).isEqualTo("none");
    }

    @Test
    void matchesPrefixesByWholeSegments() {
        IngressTable table = table(Ingresses.named("a", 1).addRules(Ingresses.rule("", "/foo/", "foo")));
        assertThat(find(table, "h", "/foo")).isEqualTo("foo:80");
        assertThat(find(table, "h", "/foo/")).isEqualTo("foo:80");
        assertThat(find(table, "h", "/foo/bar")).isEqualTo("foo:80");
        assertThat(find(table, "h", "/foobar")).isEqualTo("none");
        assertThat(find(table, "h", "/")).isEqualTo("none");
    }

    @Test
    void prefersLongPathsAndExactOnes() {
        IngressTable table = table(Ingresses.named("a", 1)
                .addRules(Ingresses.rule("", "/", "root"))
                .addRules(Ingresses.rule("", "/foo/", "prefix"))
                .addRules(Ingresses.exact("", "/foo", "exact"))
                .addRules(Ingresses.rule("", "/foo/bar", "longer")));
        assertThat(find(table, "h", "/foo")).isEqualTo("exact:80");
        assertThat(find(table, "h", "/foo/")).isEqualTo("prefix:80");
        assertThat(find(table, "h", "/foo/bar/baz")).isEqualTo("longer:80");
        assertThat(find(table, "h", "/fo")).isEqualTo("root:80");
    }

    @Test
    void isNotDeceivedByTheWayAPathIsWritten() {
        IngressTable table = table(Ingresses.named("a", 1)
                .addRules(Ingresses.rule("", "/", "root"))
                .addRules(Ingresses.rule("", "/admin", "admin")));
        for (String path : List.of("/%61dmin", "//admin", "/x/../admin", "/./admin/", "/admin%2Fx")) {
            assertThat(find(table, "h", path)).as(path).isEqualTo("admin:80");
        }
        for (String path : List.of("/../admin", "admin", "/%zz", "/%4")) {
            assertThat(RequestPath.plain(path)).as(path).isEmpty();
        }
        assertThat(RequestPath.plain("/a//b/./c/..")).contains("/a/b/");
        assertThat(RequestPath.plain("/..a/.b")).contains("/..a/.b");
    }

    @Test
    void believesTheOlderOfTwo() {
        IngressTable table = table(
                Ingresses.named("a", 2).addRules(Ingresses.rule("h", "/", "younger")),
                Ingresses.named("b", 1).addRules(Ingresses.rule("h", "/", "older")));
        assertThat(find(table, "h", "/")).isEqualTo("older:80");
    }

    @Test
    void knowsDefaultsOfHostsAndOfAll() {
        IngressTable table = table(
                Ingresses.named("a", 1).setDefaultBackend(Ingresses.backend("others")),
                Ingresses.named("b", 2)
                        .addRules(Ingresses.rule("h", "/foo", "foo"))
                        .setDefaultBackend(Ingresses.backend("own")));
        assertThat(find(table, "h", "/foo")).isEqualTo("foo:80");
        assertThat(find(table, "h", "/bar")).isEqualTo("own:80");
        assertThat(find(table, "elsewhere", "/bar")).isEqualTo("others:80");
        assertThat(table().isEmpty()).isTrue();
        assertThat(find(table(), "h", "/")).isEqualTo("none");
    }

    @Test
    void findsEndpointsByTheNameOrNumberOfAPort() {
        RouteBook book = Ingresses.book(
                List.of(Services.named("web")
                        .addPorts(Services.port("http", 80, "10.0.0.1:8080", "10.0.0.2:8080"))
                        .addPorts(Services.port("admin", 81, "10.0.0.1:8081"))),
                Ingresses.named("a", 1)
                        .addRules(Ingresses.rule("", "/", "web"))
                        .addRules(Ingresses.rule(
                                "",
                                "/admin",
                                Ingresses.backend("web").setPort(0).setPortName("admin")))
                        .addRules(Ingresses.rule(
                                "", "/none", Ingresses.backend("web").setPort(99)))
                        .addRules(Ingresses.rule("", "/gone", "gone")));
        IngressTable table = IngressTable.of(book);
        assertThat(table.find("h", "/").orElseThrow().endpoints())
                .containsExactly(new Endpoint("10.0.0.1", 8080), new Endpoint("10.0.0.2", 8080));
        assertThat(table.find("h", "/admin").orElseThrow().endpoints()).containsExactly(new Endpoint("10.0.0.1", 8081));
        assertThat(table.find("h", "/none").orElseThrow().endpoints()).isEmpty();
        assertThat(table.find("h", "/gone").orElseThrow().endpoints()).isEmpty();
    }

    @Test
    void takesTurns() {
        Backend two = new Backend("two", List.of(new Endpoint("a", 1), new Endpoint("b", 2)));
        Turns turns = new Turns();
        assertThat(turns.next(two)).containsExactly(new Endpoint("a", 1), new Endpoint("b", 2));
        assertThat(turns.next(new Backend("other", two.endpoints())).getFirst()).isEqualTo(new Endpoint("a", 1));
        assertThat(turns.next(two)).containsExactly(new Endpoint("b", 2), new Endpoint("a", 1));
        assertThat(turns.next(new Backend("none", List.of()))).isEmpty();
    }

    @Test
    void redirectsHostsWithACertificateUnlessTheirIngressSaysOtherwise() {
        IngressCertificate.Builder some = IngressCertificate.newBuilder().setChain(ByteString.copyFromUtf8("PEM"));
        IngressTable table = table(
                Ingresses.named("a", 1)
                        .addCertificates(some.clone().addHosts("a.test").addHosts("*.a.test")),
                Ingresses.named("b", 2)
                        .setPlain(true)
                        .addCertificates(some.clone().addHosts("b.test")),
                // Somebody forgot the secret.
                Ingresses.named("c", 3)
                        .addCertificates(IngressCertificate.newBuilder().addHosts("c.test")));
        assertThat(table.isRedirected("a.test")).isTrue();
        assertThat(table.isRedirected("x.a.test")).isTrue();
        assertThat(table.isRedirected("b.test")).isFalse();
        assertThat(table.isRedirected("c.test")).isTrue();
        assertThat(table.isRedirected("d.test")).isFalse();
        assertThat(table.certificates()).containsOnlyKeys("a.test", "*.a.test", "b.test");
    }
}
