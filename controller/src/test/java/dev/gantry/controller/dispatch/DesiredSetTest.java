package dev.gantry.controller.dispatch;

import static dev.gantry.controller.dispatch.LinkSamples.NOW;
import static dev.gantry.controller.dispatch.LinkSamples.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Desired;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RunState;
import dev.gantry.proto.TaskFacts;
import dev.gantry.store.Snapshot;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DesiredSetTest {

    private LinkSamples samples;

    @BeforeEach
    void open() throws InterruptedException {
        samples = new LinkSamples();
        samples.node(ready(3));
    }

    private DesiredSet whole() {
        return DesiredSet.whole(samples.image(), samples.node(), NOW);
    }

    private DesiredSet after(DesiredSet before) {
        return before.at(samples.image(), samples.node(), NOW);
    }

    @Test
    void holdsWhatIsLiveAtTheRevisionOfItsSnapshot() throws InterruptedException {
        samples.workload("run", Phase.RUNNING, 3);
        Snapshot image = samples.workload("stop", Phase.RUNNING, 3, RunState.STOP, NOW);
        Desired full = whole().full();
        assertThat(full.getFull()).isTrue();
        assertThat(full.getRevision()).isEqualTo(image.revision());
        assertThat(full.getEpoch()).isEqualTo(3);
        assertThat(full.getWorkloadsList())
                .extracting(DesiredWorkload::getId, DesiredWorkload::getDesired, DesiredWorkload::getStopReason)
                .containsExactlyInAnyOrder(tuple("run", RunState.RUN, ""), tuple("stop", RunState.STOP, "asked"));
    }

    @Test
    void leavesOutPlacementsOfAnOlderEpoch() throws InterruptedException {
        samples.workload("void", Phase.RUNNING, 2);
        assertThat(whole().workloads()).isEmpty();
    }

    @Test
    void keepsWhatStoppedOfLateAsSettled() throws InterruptedException {
        samples.workload("late", Phase.STOPPED, 3, RunState.RUN, NOW.minus(Duration.ofHours(1)));
        samples.workload("old", Phase.STOPPED, 3, RunState.RUN, NOW.minus(Duration.ofHours(4)));
        DesiredSet set = whole();
        assertThat(set.workloads()).containsOnlyKeys(Kinds.WORKLOAD.key("default", "late"));
        assertThat(set.full().getWorkloads(0).getSettled()).isTrue();
        assertThat(set.expiry()).isEqualTo(Optional.of(NOW.plus(Duration.ofHours(2))));
    }

    @Test
    void keepsOnlySoManySettled() throws InterruptedException {
        for (int i = 0; i < DesiredSet.SETTLED_MAX + 5; i++) {
            samples.workload("w" + i, Phase.STOPPED, 3, RunState.RUN, NOW.minusSeconds(i));
        }
        assertThat(whole().workloads())
                .hasSize(DesiredSet.SETTLED_MAX)
                .containsKey(Kinds.WORKLOAD.key("default", "w0"));
    }

    @Test
    void tellsTheNodeWhatTasksMayAskAboutThemselvesAndEachChangeOfIt() throws InterruptedException {
        samples.task("t", Map.of("team", "blue"));
        DesiredSet before = whole();
        assertThat(before.full().getWorkloads(0).getTask())
                .isEqualTo(TaskFacts.newBuilder()
                        .setLaunchType("EC2")
                        .setService("shop")
                        .putTags("team", "blue")
                        .build());

        samples.task("t", Map.of("team", "red"));

        Desired delta = after(before).since(before).orElseThrow();
        assertThat(delta.getWorkloads(0).getTask().getTagsMap()).isEqualTo(Map.of("team", "red"));
    }

    @Test
    void aChangeIsADeltaOnTheRevisionBefore() throws InterruptedException {
        samples.workload("a", Phase.RUNNING, 3);
        DesiredSet before = whole();
        samples.workload("b", Phase.PHASE_UNSPECIFIED, 3);
        samples.workload("a", Phase.STOPPED, 3);
        DesiredSet now = after(before);
        Desired delta = now.since(before).orElseThrow();
        assertThat(delta.getFull()).isFalse();
        assertThat(delta.getBaseRevision()).isEqualTo(before.revision());
        assertThat(delta.getRevision()).isEqualTo(samples.image().revision());
        assertThat(delta.getWorkloadsList())
                .extracting(DesiredWorkload::getId, DesiredWorkload::getSettled)
                .containsExactlyInAnyOrder(tuple("a", true), tuple("b", false));
    }

    @Test
    void theLabelsOfAPodAreThoseOfNow() throws InterruptedException {
        samples.pod("p", Map.of("app", "web"));
        DesiredSet before = whole();
        assertThat(before.full().getWorkloads(0).getLabelsMap()).containsExactly(Map.entry("app", "web"));
        samples.pod("p", Map.of("app", "db"));
        assertThat(after(before).since(before).orElseThrow().getWorkloads(0).getLabelsMap())
                .containsExactly(Map.entry("app", "db"));
    }

    @Test
    void whatIsGoneIsRemoved() throws InterruptedException {
        samples.workload("a", Phase.RUNNING, 3);
        DesiredSet before = whole();
        samples.remove("a");
        assertThat(after(before).since(before).orElseThrow().getRemovedList()).containsExactly("default/a");
    }

    @Test
    void whatAnAgentOnlyReportedIsNoNews() throws InterruptedException {
        samples.workload("a", Phase.PENDING, 3);
        DesiredSet before = whole();
        samples.workload("a", Phase.RUNNING, 3);
        assertThat(after(before).since(before)).isEmpty();
    }

    @Test
    void keepsNoOlderRecordInMemoryThanTheImage() throws InterruptedException {
        samples.workload("a", Phase.PENDING, 3);
        samples.workload("b", Phase.PENDING, 3);
        DesiredSet before = whole();
        Snapshot image = samples.workload("a", Phase.RUNNING, 3);
        DesiredSet now = after(before).toldAt(before.revision());
        assertThat(now.revision()).isEqualTo(before.revision());
        image.list(Kinds.WORKLOAD).forEach(record -> {
            DesiredSet.Held held = Objects.requireNonNull(now.workloads().get(record.key()));
            assertThat(held.workload().getSpec()).isSameAs(record.value().getSpec());
        });
        samples.workload("b", Phase.STOPPED, 3);
        assertThat(after(now).since(now).orElseThrow().getWorkloadsList())
                .extracting(DesiredWorkload::getId, DesiredWorkload::getSettled)
                .containsExactly(tuple("b", true));
    }

    @Test
    void aNewEpochIsAFullSet() throws InterruptedException {
        samples.workload("a", Phase.RUNNING, 3);
        DesiredSet before = whole();
        samples.node(ready(4));
        Desired news = after(before).since(before).orElseThrow();
        assertThat(news.getFull()).isTrue();
        assertThat(news.getEpoch()).isEqualTo(4);
        assertThat(news.getWorkloadsList()).isEmpty();
    }
}
