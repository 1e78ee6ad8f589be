package dev.gantry.controller.kube.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.world.Records;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who has to go for whom, and what is told of it. Nodes have 2000m. */
final class PreemptionTest {

    private final Village village = new Village();

    @AfterEach
    void close() {
        village.close();
    }

    private static String spec(int priority, int milli, String more) {
        return "'priority': %d, %s 'containers': [{'name': 'c', 'image': 'i', 'resources': {'requests': {'cpu': '%dm'}}}]"
                .formatted(priority, more, milli);
    }

    private static String spec(int priority, int milli) {
        return spec(priority, milli, "");
    }

    private List<String> leaving(String... names) {
        return List.of(names).stream()
                .filter(name -> Workloads.isUnwanted(village.record(name)))
                .toList();
    }

    private String message(String pod) {
        return village.drawn(pod).at("/status/conditions/0/message").asText();
    }

    private List<String> events() {
        village.world().runAll(new PodEventReconciler(), PodSamples.NOW);
        List<String> told = new ArrayList<>();
        for (KubeDocument event : KubeDocument.list(village.world().snapshot(), "default", ResourceName.EVENTS)) {
            JsonNode json = event.json();
            told.add(json.at("/involvedObject/name").asText() + " "
                    + json.path("reason").asText() + ": " + json.path("message").asText());
        }
        return told;
    }

    @Test
    void endsTheLeastUrgentAndHoldsTheirRoomUntilTheyAreGone() {
        village.namespace("shop", "");
        village.node("n1", "a");
        village.settled("low", "n1", "", spec(1, 1500));
        village.pod("high", "", spec(10, 1500));
        village.schedule();
        assertThat(village.drawn("high").at("/status/nominatedNodeName").asText())
                .isEqualTo("host-n1");
        assertThat(message("high")).isEqualTo("0/1 nodes are available: 1 Insufficient cpu.");
        village.end();
        assertThat(leaving("low")).containsExactly("low");
        assertThat(village.record("low").getWish().getGraceSeconds()).isEqualTo(30);
        JsonNode condition = village.drawn("low").at("/status/conditions");
        assertThat(condition.get(condition.size() - 1).path("type").asText()).isEqualTo("DisruptionTarget");
        assertThat(condition.get(condition.size() - 1).path("reason").asText()).isEqualTo("PreemptionByScheduler");
        assertThat(events())
                .contains("low Preempted: Preempted by pod 00000000-0000-0000-0000-000000000002 on node host-n1");
        // The room that low leaves is not for those of lower priority.
        village.changeLeader();
        village.pod("late", "", spec(5, 1500));
        village.schedule();
        village.gone("low");
        village.schedule();
        assertThat(village.nodesOf("high", "late")).containsExactly("n1", "");
        assertThat(village.drawn("high").at("/status").has("nominatedNodeName")).isFalse();
    }

    @Test
    void decidesTheSameAgainAndEndsNobodyElse() {
        village.node("n1", "a");
        village.node("n2", "a");
        village.settled("low1", "n1", "", spec(1, 1500));
        village.settled("low2", "n2", "", spec(1, 1500));
        village.pod("high", "", spec(10, 1500));
        for (int i = 0; i < 3; i++) {
            village.changeLeader();
            village.schedule();
            village.end();
        }
        assertThat(leaving("low1", "low2")).hasSize(1);
    }

    @Test
    void endsNobodyWhenRoomCameMeanwhile() {
        village.node("n1", "a");
        village.settled("low", "n1", "", spec(1, 1500));
        village.pod("high", "", spec(10, 1500));
        village.schedule();
        village.node("n2", "a");
        village.schedule();
        village.end();
        assertThat(village.nodeOf("high")).isEqualTo("n2");
        assertThat(leaving("low")).isEmpty();
    }

    @Test
    void givesTwoThatAreUrgentDifferentRoom() {
        village.node("n1", "a");
        village.node("n2", "a");
        village.settled("low1", "n1", "", spec(1, 1500));
        village.settled("low2", "n2", "", spec(1, 1500));
        village.pod("h1", "", spec(10, 1500));
        village.pod("h2", "", spec(10, 1500));
        village.schedule();
        village.end();
        assertThat(leaving("low1", "low2")).containsExactly("low1", "low2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        10, 1500 | 1 No preemption victims found for incoming pod
        1, 1500  | 1 No preemption victims found for incoming pod
        11, 2500 | 1 Preemption is not helpful for scheduling
        11, 2000 | 1 Insufficient cpu
        """)
    void saysWhyNobodyHasToGo(String urgent, String expected) {
        village.node("n1", "a");
        village.settled("same", "n1", "", spec(10, 1500));
        village.world().put(Records.running(Records.task("task", Records.spec(100, 1)), "n1"));
        String[] parts = urgent.split(", ");
        village.pod("urgent", "", spec(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
        village.schedule();
        assertThat(message("urgent"))
                .isEqualTo("0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: "
                        + expected + ".");
        village.end();
        assertThat(leaving("same")).isEmpty();
    }

    @Test
    void heedsThePolicyNever() {
        village.node("n1", "a");
        village.settled("low", "n1", "", spec(1, 1500));
        village.pod("high", "", spec(10, 1500, "'preemptionPolicy': 'Never',"));
        village.schedule();
        assertThat(message("high"))
                .isEqualTo("0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to"
                        + " preemptionPolicy=Never.");
    }

    @Test
    void neverEndsATaskOfEcs() {
        village.node("n1", "a");
        village.world().put(Records.running(Records.task("task", Records.spec(2000, 1)), "n1"));
        village.settled("low", "n1", "", spec(1, 10));
        village.pod("high", "", spec(2_000_000_000, 1500));
        village.schedule();
        village.end();
        assertThat(leaving("low")).isEmpty();
        assertThat(Workloads.isUnwanted(village.world().workload("default", "task")))
                .isFalse();
        assertThat(message("high")).endsWith("preemption: 0/1 nodes are available: 1 Insufficient cpu.");
    }

    @Test
    void givesBackWhomThereIsRoomForTheMostImportantFirst() {
        village.node("n1", "a");
        village.settled("p1", "n1", "", spec(1, 600));
        village.settled("p3", "n1", "", spec(3, 600));
        village.settled("p2", "n1", "", spec(2, 600));
        village.pod("high", "", spec(10, 700));
        village.schedule();
        village.end();
        assertThat(leaving("p1", "p2", "p3")).containsExactly("p1");
    }

    @Test
    void choosesTheNodeWhereTheLeastUrgentAre() {
        village.node("n1", "a");
        village.node("n2", "a");
        village.settled("five", "n1", "", spec(5, 1500));
        village.settled("one", "n2", "", spec(1, 800));
        village.settled("two", "n2", "", spec(2, 800));
        village.pod("high", "", spec(10, 1900));
        village.schedule();
        village.end();
        assertThat(leaving("five", "one", "two")).containsExactly("one", "two");
    }

    @Test
    void choosesTheNodeWhereFewestGoThenWhereTheyCameLast() {
        village.node("n1", "a");
        village.node("n2", "a");
        village.node("n3", "a");
        village.settled("early", "n1", "", spec(1, 1500));
        village.settled("late", "n2", "", spec(1, 1500));
        village.settled("half1", "n3", "", spec(1, 900));
        village.settled("half2", "n3", "", spec(1, 900));
        village.pod("high", "", spec(10, 1900));
        village.schedule();
        village.end();
        assertThat(leaving("early", "late", "half1", "half2")).containsExactly("late");
    }

    @Test
    void sparesThoseThatABudgetKeepsIfOthersDo() {
        village.node("n1", "a");
        village.node("n2", "a");
        village.settled("kept", "n1", "'app': 'db'", spec(1, 1500));
        village.settled("free", "n2", "", spec(5, 1500));
        village.budget("db", "'minAvailable': 1, 'selector': {'matchLabels': {'app': 'db'}}");
        village.pod("high", "", spec(10, 1500));
        village.schedule();
        village.end();
        assertThat(leaving("kept", "free")).containsExactly("free");
    }

    @Test
    void endsThoseThatABudgetKeepsWhenThereIsNoOtherWay() {
        village.node("n1", "a");
        village.settled("kept", "n1", "'app': 'db'", spec(1, 1500));
        village.budget("db", "'minAvailable': 1, 'selector': {'matchLabels': {'app': 'db'}}");
        village.pod("high", "", spec(10, 1500));
        village.schedule();
        village.end();
        assertThat(leaving("kept")).containsExactly("kept");
    }

    @Test
    void endsAPodThatWantsNoSuchNeighbour() {
        village.node("n1", "a");
        village.node("n2", "a");
        String shy = "'affinity': {'podAntiAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [{"
                + "'labelSelector': {'matchLabels': {'app': 'web'}}, 'topologyKey': 'kubernetes.io/hostname'}]}},";
        village.settled("shy", "n1", "", spec(1, 100, shy));
        village.settled("great", "n2", "", spec(20, 1500));
        village.pod("web", "'app': 'web'", spec(10, 1500));
        village.schedule();
        village.end();
        assertThat(leaving("shy", "great")).containsExactly("shy");
        village.gone("shy");
        village.schedule();
        assertThat(village.nodeOf("web")).isEqualTo("n1");
    }

    @Test
    void endsWhoIsInTheWayOfEvenness() {
        village.node("a1", "a");
        village.node("b1", "b");
        String even = "'topologySpreadConstraints': [{'maxSkew': 1, 'topologyKey': 'topology.kubernetes.io/zone',"
                + " 'whenUnsatisfiable': 'DoNotSchedule', 'labelSelector': {'matchLabels': {'app': 'web'}}}],";
        village.settled("w1", "a1", "'app': 'web'", spec(1, 100, even));
        village.settled("full", "b1", "", spec(20, 2000));
        village.pod("web", "'app': 'web'", spec(10, 100, even));
        village.schedule();
        village.end();
        assertThat(leaving("w1", "full")).containsExactly("w1");
    }
}
