package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.Services;
import dev.gantry.agent.network.ClusterNames.Ruling;
import dev.gantry.agent.network.DnsAnswer.Code;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names of services and pods, as upstream's specification has them. */
class ClusterNamesTest {

    private final ClusterNames names = new ClusterNames(
            "default",
            Services.book(
                    Services.named("web").setAddress("10.43.0.7").addPorts(Services.port("http", 80, "10.0.0.1:8080")),
                    Services.named("db")
                            .addHosts(Services.host("db-0", "10.0.0.2"))
                            .addHosts(Services.host("", "10.0.0.3"))
                            .addPorts(Services.port("sql", 5432, "10.0.0.2:5432", "10.0.0.3:5432")),
                    Services.named("empty"),
                    Services.named("ext").setCanonicalName("db.Example.com")));

    private static DnsQuery query(String name, int type) {
        return DnsQuery.of(1, List.of(name.split("\\.")), type);
    }

    private DnsAnswer answer(String name, int type) {
        Ruling ruling = names.rule(query(name, type));
        assertThat(ruling).as(name).isInstanceOf(Ruling.Answer.class);
        return ((Ruling.Answer) ruling).answer();
    }

    private List<byte[]> contents(String name, int type) {
        return DnsAnswer.contents(answer(name, type).toBytes(query(name, type), 0xffff), type);
    }

    private List<String> addresses(String name) {
        return contents(name, DnsQuery.TYPE_A).stream()
                .map(bytes ->
                        (bytes[0] & 255) + "." + (bytes[1] & 255) + "." + (bytes[2] & 255) + "." + (bytes[3] & 255))
                .toList();
    }

    /** A name in a record, which is never cut short here. */
    private static String name(ByteBuffer in) {
        StringBuilder name = new StringBuilder();
        for (int length = in.get(); length != 0; length = in.get()) {
            byte[] label = new byte[length];
            in.get(label);
            name.append(new String(label, StandardCharsets.ISO_8859_1)).append('.');
        }
        return name.toString();
    }

    @Test
    void knowsTheServicesOfItsOwnClusterAndWhatIsRelayedForAll() {
        ClusterNames lab = new ClusterNames(
                "lab",
                Services.book(
                        Services.named("web").setAddress("10.43.0.7"),
                        Services.named("kubernetes").setAddress("10.43.0.1").setRelayed(true)));
        DnsQuery web = query("web.shop.svc.cluster.local", DnsQuery.TYPE_A);
        DnsQuery api = query("kubernetes.shop.svc.cluster.local", DnsQuery.TYPE_A);
        byte[] none = ((Ruling.Answer) lab.rule(web)).answer().toBytes(web, 512);
        byte[] found = ((Ruling.Answer) lab.rule(api)).answer().toBytes(api, 512);
        assertThat(DnsAnswer.contents(none, DnsQuery.TYPE_A)).isEmpty();
        assertThat(DnsAnswer.contents(found, DnsQuery.TYPE_A)).containsExactly(new byte[] {10, 43, 0, 1});
    }

    @Test
    void leadToTheAddressOfTheService() {
        assertThat(addresses("web.shop.svc.cluster.local")).containsExactly("10.43.0.7");
    }

    @Test
    void leadToThePodsOfAHeadlessService() {
        assertThat(addresses("db.shop.svc.cluster.local")).containsExactly("10.0.0.2", "10.0.0.3");
        assertThat(addresses("db-0.db.shop.svc.cluster.local")).containsExactly("10.0.0.2");
        assertThat(addresses("10-0-0-3.db.shop.svc.cluster.local")).containsExactly("10.0.0.3");
    }

    @Test
    void tellPorts() {
        ByteBuffer record = ByteBuffer.wrap(contents("_http._tcp.web.shop.svc.cluster.local", DnsQuery.TYPE_SRV)
                .getFirst());
        assertThat(record.getShort()).isZero();
        record.getShort();
        assertThat(record.getShort()).isEqualTo((short) 80);
        assertThat(name(record)).isEqualTo("web.shop.svc.cluster.local.");
        List<String> targets = contents("_sql._tcp.db.shop.svc.cluster.local", DnsQuery.TYPE_SRV).stream()
                .map(bytes -> name(ByteBuffer.wrap(bytes).position(6)))
                .toList();
        assertThat(targets).containsExactly("db-0.db.shop.svc.cluster.local.", "10-0-0-3.db.shop.svc.cluster.local.");
        assertThat(answer("_http._udp.web.shop.svc.cluster.local", DnsQuery.TYPE_SRV)
                        .code())
                .isEqualTo(Code.NO_SUCH_NAME);
    }

    @Test
    void comeBackFromAddresses() {
        byte[] service = contents("7.0.43.10.in-addr.arpa", DnsQuery.TYPE_PTR).getFirst();
        assertThat(name(ByteBuffer.wrap(service))).isEqualTo("web.shop.svc.cluster.local.");
        byte[] pod = contents("2.0.0.10.in-addr.arpa", DnsQuery.TYPE_PTR).getFirst();
        assertThat(name(ByteBuffer.wrap(pod))).isEqualTo("db-0.db.shop.svc.cluster.local.");
        assertThat(names.rule(query("1.1.1.1.in-addr.arpa", DnsQuery.TYPE_PTR))).isInstanceOf(Ruling.Elsewhere.class);
    }

    @Test
    void ofPodsAreTheirAddresses() {
        assertThat(addresses("10-0-0-1.shop.pod.cluster.local")).containsExactly("10.0.0.1");
        assertThat(answer("web.shop.pod.cluster.local", DnsQuery.TYPE_A).code()).isEqualTo(Code.NO_SUCH_NAME);
    }

    @Test
    void thatAreNotThereAreDenied() {
        for (String name : List.of(
                "no.shop.svc.cluster.local",
                "web.no.svc.cluster.local",
                "x.web.shop.svc.cluster.local",
                "empty.shop.svc.cluster.local",
                "google.com.shop.svc.cluster.local",
                "x.cluster.local")) {
            assertThat(answer(name, DnsQuery.TYPE_A).code()).as(name).isEqualTo(Code.NO_SUCH_NAME);
        }
    }

    @Test
    void thatAreThereHaveNothingOfAnotherType() {
        for (String name :
                List.of("web.shop.svc.cluster.local", "shop.svc.cluster.local", "svc.cluster.local", "cluster.local")) {
            DnsAnswer answer = answer(name, DnsQuery.TYPE_AAAA);
            assertThat(answer.code()).as(name).isEqualTo(Code.NONE);
            assertThat(contents(name, DnsQuery.TYPE_AAAA)).isEmpty();
        }
    }

    @Test
    void mayStandForAnotherName() {
        Ruling ruling = names.rule(query("ext.shop.svc.cluster.local", DnsQuery.TYPE_A));
        assertThat(ruling)
                .isInstanceOfSatisfying(
                        Ruling.Alias.class,
                        alias -> assertThat(alias.canonical()).containsExactly("db", "example", "com"));
    }

    @Test
    void ofTheWorldAreNotKnownHere() {
        assertThat(names.rule(query("example.com", DnsQuery.TYPE_A))).isInstanceOf(Ruling.Elsewhere.class);
        assertThat(names.rule(query("local", DnsQuery.TYPE_A))).isInstanceOf(Ruling.Elsewhere.class);
    }
}
