package dev.gantry.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.IngressCertificate;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.Peer;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteBookTest {

    private final RouteBook book = Services.book(Services.named("a").setAddress("10.43.0.1"), Services.named("b"));

    @Test
    void takesChanges() {
        RouteBook after = book.after(Routes.newBuilder()
                .addRemoved("default/shop/b")
                .addRoutes(Services.named("a").setAddress("10.43.0.9"))
                .addRoutes(Services.named("c"))
                .build());
        assertThat(after.routes()).containsOnlyKeys("default/shop/a", "default/shop/c");
        assertThat(after.find("default", "shop", "a").orElseThrow().getAddress())
                .isEqualTo("10.43.0.9");
        assertThat(book.routes()).containsOnlyKeys("default/shop/a", "default/shop/b");
    }

    @Test
    void beginsAnewWithTheWhole() {
        RouteBook after = book.after(
                Routes.newBuilder().setFull(true).addRoutes(Services.named("c")).build());
        assertThat(after.routes()).containsOnlyKeys("default/shop/c");
        assertThat(book.after(Routes.newBuilder().setFull(true).build())).isEqualTo(RouteBook.EMPTY);
    }

    @Test
    void knowsTheOtherNodes() throws InvalidProtocolBufferException {
        RouteBook two = book.after(Routes.newBuilder()
                .setFull(true)
                .setRange("10.42.0.0/16")
                .addPeers(peer("n1", "10.42.1.0/24"))
                .addPeers(peer("n2", "10.42.2.0/24"))
                .build());
        RouteBook one = two.after(Routes.newBuilder()
                .addRemovedPeers("n1")
                .addPeers(peer("n2", "10.42.9.0/24"))
                .build());
        assertThat(one.peers()).containsExactly(Map.entry("n2", peer("n2", "10.42.9.0/24")));
        assertThat(one.range()).isEqualTo("10.42.0.0/16");
        assertThat(RouteBook.parse(one.toBytes())).isEqualTo(one);
    }

    @Test
    void tellsTheServicesOfOneNamespace() {
        RouteBook more = book.after(Routes.newBuilder()
                .addRoutes(Services.named("x").setNamespace("shop-2"))
                .addRoutes(Services.named("y").setNamespace("sho"))
                .build());
        assertThat(more.in("default", "shop")).extracting(ServiceRoute::getName).containsExactly("a", "b");
        assertThat(more.in("default", "sh")).isEmpty();
    }

    private static Peer peer(String node, String subnet) {
        return Peer.newBuilder()
                .setNode(node)
                .setSubnet(subnet)
                .setAddress("10.0.0.1")
                .build();
    }

    @Test
    void keepsIngressesWithoutTheKeysOfTheirCertificates() throws InvalidProtocolBufferException {
        IngressCertificate.Builder certificate = IngressCertificate.newBuilder().addHosts("a.test");
        IngressRoute.Builder ingress = IngressRoute.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName("web");
        RouteBook whole = book.after(Routes.newBuilder()
                .addIngresses(ingress.clone()
                        .addCertificates(certificate
                                .clone()
                                .setChain(ByteString.copyFromUtf8("CHAIN"))
                                .setKey(ByteString.copyFromUtf8("KEY"))))
                .build());
        assertThat(RouteBook.parse(whole.toBytes()).ingresses())
                .containsExactly(Map.entry(
                        "default/shop/web", ingress.addCertificates(certificate).build()));
        RouteBook less = whole.after(
                Routes.newBuilder().addRemovedIngresses("default/shop/web").build());
        assertThat(less).isEqualTo(book);
    }

    @Test
    void knowsPolicies() throws InvalidProtocolBufferException {
        NetworkPolicy.Builder policy = NetworkPolicy.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName("closed")
                .setGuardsArrival(true);
        RouteBook more = book.after(Routes.newBuilder().addPolicies(policy).build());
        assertThat(RouteBook.parse(more.toBytes()).policies())
                .containsExactly(Map.entry("default/shop/closed", policy.build()));
        assertThat(more.after(Routes.newBuilder()
                        .addRemovedPolicies("default/shop/closed")
                        .build()))
                .isEqualTo(book);
    }

    @Test
    void isTheSameAfterItWasKept() throws InvalidProtocolBufferException {
        assertThat(RouteBook.parse(book.toBytes())).isEqualTo(book);
    }
}
