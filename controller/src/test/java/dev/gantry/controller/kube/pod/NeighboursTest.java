package dev.gantry.controller.kube.pod;

import static dev.gantry.controller.kube.pod.Village.CONTAINER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.scheduler.NodeReasons;
import dev.gantry.controller.scheduler.Placements;
import dev.gantry.controller.scheduler.Reason;
import dev.gantry.proto.Taint;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where pods go because of other pods, and of what they prefer: the semantics that Kubernetes documents. */
final class NeighboursTest {

    private static final String WEB = "'app': 'web'";
    private static final String ABOUT_WEB = "'labelSelector': {'matchLabels': {'app': 'web'}}";
    private static final String HOST = "'topologyKey': 'kubernetes.io/hostname'";
    private static final String ZONE = "'topologyKey': 'topology.kubernetes.io/zone'";

    private final Village village = new Village();

    @AfterEach
    void close() {
        village.close();
    }

    private static String affinity(String kind, String terms) {
        return "'affinity': {'%s': {'requiredDuringSchedulingIgnoredDuringExecution': [%s]}}, %s"
                .formatted(kind, terms, CONTAINER);
    }

    private static String preferred(String kind, String terms) {
        return "'affinity': {'%s': {'preferredDuringSchedulingIgnoredDuringExecution': [%s]}}, %s"
                .formatted(kind, terms, CONTAINER);
    }

    private static String spread(String more) {
        return "'topologySpreadConstraints': [{'maxSkew': 1, %s, %s}], %s".formatted(ABOUT_WEB, more, CONTAINER);
    }

    private void twoZones() {
        village.node("a1", "a");
        village.node("a2", "a");
        village.node("b1", "b");
    }

    @Test
    void keepsReplicasApartAndSaysWhyTheNextOneWaits() {
        twoZones();
        for (String name : List.of("w1", "w2", "w3", "w4")) {
            village.pod(name, WEB, affinity("podAntiAffinity", "{%s, %s}".formatted(ABOUT_WEB, HOST)));
        }
        village.schedule();
        assertThat(village.nodesOf("w1", "w2", "w3")).containsExactlyInAnyOrder("a1", "a2", "b1");
        assertThat(village.nodeOf("w4")).isEmpty();
        assertThat(village.why("w4"))
                .isEqualTo("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.");
    }

    @Test
    void staysAwayFromPodsThatWantIt() {
        village.node("a1", "a");
        village.settled(
                "shy", "a1", "'app': 'shy'", affinity("podAntiAffinity", "{%s, %s}".formatted(ABOUT_WEB, ZONE)));
        village.pod("web", WEB, CONTAINER);
        village.pod("other", "'app': 'other'", CONTAINER);
        village.schedule();
        assertThat(village.nodesOf("web", "other")).containsExactly("", "a1");
        assertThat(village.why("web"))
                .isEqualTo("0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.");
        village.gone("shy");
        village.schedule();
        assertThat(village.nodeOf("web")).isEqualTo("a1");
    }

    @Test
    void goesWhereItMustBeNearTo() {
        twoZones();
        village.settled("db", "a1", WEB, CONTAINER);
        String spec = affinity("podAffinity", "{%s, %s}".formatted(ABOUT_WEB, ZONE));
        village.pod("p1", "'app': 'p'", spec);
        village.pod("p2", "'app': 'p'", spec);
        village.schedule();
        assertThat(village.nodesOf("p1", "p2")).allMatch(node -> node.startsWith("a"));
    }

    @Test
    void waitsForThoseItMustBeNearToUnlessItIsOneOfThem() {
        twoZones();
        String spec = affinity("podAffinity", "{%s, %s}".formatted(ABOUT_WEB, ZONE));
        village.pod("stranger", "'app': 'p'", spec);
        village.schedule();
        assertThat(village.why("stranger"))
                .isEqualTo("0/3 nodes are available: 3 node(s) didn't match pod affinity rules.");
        village.pod("w1", WEB, spec);
        village.pod("w2", WEB, spec);
        village.schedule();
        village.schedule();
        assertThat(village.nodesOf("w1", "w2", "stranger").stream()
                        .map(node -> node.substring(0, 1))
                        .distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        | shop | blocked
        | store | free
        , 'namespaces': ['store'] | store | blocked
        , 'namespaces': ['store'] | shop | free
        , 'namespaceSelector': {} | store | blocked
        , 'namespaceSelector': {'matchLabels': {'team': 'red'}} | store | blocked
        , 'namespaceSelector': {'matchLabels': {'team': 'blue'}} | store | free
        , 'namespaces': ['shop'], 'namespaceSelector': {'matchLabels': {'team': 'red'}} | shop | blocked
        """, quoteCharacter = '`')
    void looksIntoTheNamespacesNamedOrSelected(String more, String where, String expected) {
        village.namespace("shop", "");
        village.namespace("store", "'team': 'red'");
        village.node("a1", "a");
        village.pod(where, "web", WEB, CONTAINER);
        village.schedule();
        String term = "{%s, %s%s}".formatted(ABOUT_WEB, HOST, more == null ? "" : " " + more);
        village.pod("shy", "'app': 'shy'", affinity("podAntiAffinity", term));
        village.schedule();
        assertThat(village.nodeOf("shy")).isEqualTo(expected.equals("free") ? "a1" : "");
    }

    @Test
    void looksAgainWhenANamespaceGetsOtherLabels() {
        village.namespace("shop", "'team': 'red'");
        village.node("a1", "a");
        village.settled("web", "a1", WEB, CONTAINER);
        String term = "{%s, %s, 'namespaceSelector': {'matchLabels': {'team': 'red'}}}".formatted(ABOUT_WEB, HOST);
        village.pod("shy", "'app': 'shy'", affinity("podAntiAffinity", term));
        village.schedule();
        assertThat(village.nodeOf("shy")).isEmpty();
        village.world()
                .change(
                        new dev.gantry.controller.kube.document.ObjectName(
                                        "default",
                                        dev.gantry.controller.kube.document.ResourceName.NAMESPACES,
                                        "",
                                        "shop")
                                .key(),
                        object -> object.toBuilder()
                                .setJson(com.google.protobuf.ByteString.copyFromUtf8(
                                        "{\"metadata\": {\"name\": \"shop\"}}"))
                                .build());
        village.schedule();
        assertThat(village.nodeOf("shy")).isEqualTo("a1");
    }

    @Test
    void countsOnlyPodsWithItsOwnValueOfTheKeysToMatch() {
        village.node("a1", "a");
        village.settled("old", "a1", WEB + ", 'version': '1'", CONTAINER);
        String term = "{%s, %s, 'matchLabelKeys': ['version']}".formatted(ABOUT_WEB, HOST);
        village.pod("same", WEB + ", 'version': '1'", affinity("podAntiAffinity", term));
        village.pod("newer", WEB + ", 'version': '2'", affinity("podAntiAffinity", term));
        village.schedule();
        assertThat(village.nodesOf("same", "newer")).containsExactly("", "a1");
    }

    /** From the examples of the documentation: three pods, two in one zone and one in the other. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        'whenUnsatisfiable': 'DoNotSchedule' | b1
        'whenUnsatisfiable': 'DoNotSchedule', 'minDomains': 2 | b1
        'whenUnsatisfiable': 'DoNotSchedule', 'minDomains': 3 |
        'whenUnsatisfiable': 'ScheduleAnyway' | b1
        """, quoteCharacter = '`')
    void spreadsOverZones(String rule, String expected) {
        twoZones();
        village.settled("w1", "a1", WEB, CONTAINER);
        village.settled("w2", "a2", WEB, CONTAINER);
        village.settled("w3", "b1", WEB, CONTAINER);
        village.settled("crowd", "b1", "'app': 'x'", CONTAINER);
        village.pod("web", WEB, spread(ZONE + ", " + rule));
        village.schedule();
        assertThat(village.nodeOf("web")).isEqualTo(expected == null ? "" : expected);
        if (expected == null) {
            assertThat(village.why("web"))
                    .isEqualTo("0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints.");
        }
    }

    /** As {@code gantry why} asks, apart from the scheduler. */
    @Test
    void isExplainedWithTheNamespacesThatItSelects() {
        village.node("a1", "a");
        village.namespace("shop", "");
        village.namespace("far", "'team': 'blue'");
        village.pod("far", "theirs", WEB, CONTAINER);
        village.schedule();
        String blue = "{%s, %s, 'namespaceSelector': {'matchLabels': {'team': 'blue'}}}".formatted(ABOUT_WEB, HOST);
        village.pod("shy", "", affinity("podAntiAffinity", blue));
        assertThat(Placements.explain(village.world().snapshot(), village.record("shy"), new NamespaceSelection()))
                .flatExtracting(NodeReasons::reasons)
                .extracting(Reason::text)
                .containsExactly("has a pod in its kubernetes.io/hostname that the pod must not be near to");
    }

    @Test
    void needsTheLabelThatItIsSpreadOver() {
        village.node("bare", "");
        village.pod("web", WEB, spread(ZONE + ", 'whenUnsatisfiable': 'DoNotSchedule'"));
        village.schedule();
        assertThat(village.why("web"))
                .isEqualTo("0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing"
                        + " required label).");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        | a
        , 'nodeAffinityPolicy': 'Honor' | a
        , 'nodeAffinityPolicy': 'Ignore' |
        """, quoteCharacter = '`')
    void leavesOutOfTheCountTheNodesThatItDoesNotSelect(String policy, String expected) {
        twoZones();
        village.settled("w1", "a1", WEB, CONTAINER);
        String selection = "'nodeSelector': {'topology.kubernetes.io/zone': 'a'}, ";
        String rule = ZONE + ", 'whenUnsatisfiable': 'DoNotSchedule'" + (policy == null ? "" : policy);
        village.pod("web", WEB, selection + spread(rule));
        village.schedule();
        assertThat(village.nodeOf("web")).startsWith(expected == null ? "" : expected);
        assertThat(village.nodeOf("web").isEmpty()).isEqualTo(expected == null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        | false
        , 'nodeTaintsPolicy': 'Honor' | true
        """, quoteCharacter = '`')
    void leavesOutOfTheCountTaintedNodesWhereThatIsAskedFor(String policy, boolean placed) {
        village.node("a1", "a");
        village.node("b1", "b");
        taint("b1", "NoSchedule");
        village.settled("w1", "a1", WEB, CONTAINER);
        village.pod(
                "web", WEB, spread(ZONE + ", 'whenUnsatisfiable': 'DoNotSchedule'" + (policy == null ? "" : policy)));
        village.schedule();
        assertThat(village.nodeOf("web")).isEqualTo(placed ? "a1" : "");
    }

    @Test
    void spreadsAWholeSetWithinItsSkew() {
        twoZones();
        village.node("b2", "b");
        for (int i = 0; i < 8; i++) {
            village.pod("w" + i, WEB, spread(ZONE + ", 'whenUnsatisfiable': 'DoNotSchedule'"));
        }
        village.schedule();
        List<String> zones = java.util.stream.IntStream.range(0, 8)
                .mapToObj(i -> village.nodeOf("w" + i).substring(0, 1))
                .toList();
        assertThat(zones.stream().filter("a"::equals)).hasSize(4);
    }

    @Test
    void doesNotCountPodsThatEnd() {
        village.node("a1", "a");
        village.node("b1", "b");
        village.settled("w1", "a1", WEB, CONTAINER);
        village.world().put(PodEndings.deleted(village.document("w1"), java.util.OptionalInt.empty(), PodSamples.NOW));
        taint("b1", "NoSchedule");
        village.pod("web", WEB, spread(ZONE + ", 'whenUnsatisfiable': 'DoNotSchedule'"));
        village.schedule();
        assertThat(village.nodeOf("web")).isEqualTo("a1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        podAffinity | b1
        podAntiAffinity | a
        """)
    void prefersNeighbours(String kind, String expected) {
        twoZones();
        village.settled("web", "b1", WEB, CONTAINER);
        village.pod(
                "p",
                "'app': 'p'",
                preferred(kind, "{'weight': 10, 'podAffinityTerm': {%s, %s}}".formatted(ABOUT_WEB, ZONE)));
        village.schedule();
        assertThat(village.nodeOf("p")).startsWith(expected);
    }

    @Test
    void goesNearToThosePodsThatWouldLikeIt() {
        twoZones();
        String likes =
                preferred("podAffinity", "{'weight': 10, 'podAffinityTerm': {%s, %s}}".formatted(ABOUT_WEB, ZONE));
        village.settled("friend", "b1", "'app': 'friend'", likes);
        village.pod("web", WEB, CONTAINER);
        village.schedule();
        assertThat(village.nodeOf("web")).isEqualTo("b1");
    }

    @Test
    void prefersNodesByTheSumOfTheirWeights() {
        twoZones();
        String term = "{'weight': %d, 'preference': {'matchExpressions': [{'key': '%s', 'operator': 'In', 'values':"
                + " ['%s']}]}}";
        String zone = "topology.kubernetes.io/zone";
        String terms = String.join(
                ", ",
                term.formatted(5, zone, "a"),
                term.formatted(9, zone, "b"),
                term.formatted(5, "kubernetes.io/hostname", "host-a2"));
        village.pod("p", "", preferred("nodeAffinity", terms));
        village.schedule();
        assertThat(village.nodeOf("p")).isEqualTo("a2");
    }

    @Test
    void heedsTaintsThatOnlyAskToStayAway() {
        village.node("a1", "a");
        village.node("a2", "a");
        taint("a1", "PreferNoSchedule");
        village.settled("old", "a2", "", CONTAINER);
        village.pod("p", "", CONTAINER);
        village.pod("tolerant", "", "'tolerations': [{'operator': 'Exists'}], " + CONTAINER);
        village.schedule();
        assertThat(village.nodesOf("p", "tolerant")).containsExactly("a2", "a1");
    }

    private void taint(String node, String effect) {
        village.world()
                .change(
                        Kinds.NODE.key("", node),
                        record -> record.toBuilder()
                                .addTaints(Taint.newBuilder().setKey("k").setEffect(effect))
                                .build());
    }
}
