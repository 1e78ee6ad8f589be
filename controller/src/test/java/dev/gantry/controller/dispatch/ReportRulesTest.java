package dev.gantry.controller.dispatch;

import static dev.gantry.controller.dispatch.LinkSamples.NODE;
import static dev.gantry.controller.dispatch.LinkSamples.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.dispatch.ReportRules.Verdict;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.WorkloadReport;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportRulesTest {

    private LinkSamples samples;

    @BeforeEach
    void open() throws InterruptedException {
        samples = new LinkSamples();
        samples.node(ready(2));
        samples.workload("w", Phase.PENDING, 2);
    }

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private Verdict judge(String id, Observation observed) {
        return judge(NODE, id, observed);
    }

    private Verdict judge(String node, String id, Observation observed) {
        WorkloadReport report = WorkloadReport.newBuilder()
                .setScope("default")
                .setId(id)
                .setObserved(observed)
                .build();
        return ReportRules.judge(samples.image(), node, report, NOW);
    }

    private static Observation phase(Phase phase) {
        return Observation.newBuilder().setPhase(phase).build();
    }

    @Test
    void whatWasSeenIsWrittenWithANewVersion() {
        assertThat(judge("w", phase(Phase.RUNNING))).isInstanceOfSatisfying(Verdict.Write.class, write -> {
            assertThat(write.after().getObserved().getPhase()).isEqualTo(Phase.RUNNING);
            assertThat(write.after().getVersion())
                    .isEqualTo(write.before().value().getVersion() + 1);
        });
    }

    @Test
    void anEndThatCannotHaveBeenThenWasNow() {
        for (long wrong : new long[] {-1, NOW.toEpochMilli() + 1}) {
            Observation end =
                    phase(Phase.STOPPED).toBuilder().setStoppedAtMs(wrong).build();
            assertThat(stoppedAt(end)).isEqualTo(NOW.toEpochMilli());
        }
        Observation end = phase(Phase.STOPPED).toBuilder()
                .setStoppedAtMs(NOW.toEpochMilli() - 1)
                .build();
        assertThat(stoppedAt(end)).isEqualTo(NOW.toEpochMilli() - 1);
    }

    private long stoppedAt(Observation observed) {
        return ((Verdict.Write) judge("w", observed)).after().getObserved().getStoppedAtMs();
    }

    @Test
    void anOlderOrRepeatedReportChangesNothing() {
        assertThat(judge("w", phase(Phase.PROVISIONING))).isEqualTo(new Verdict.Known());
        assertThat(judge("w", phase(Phase.PENDING))).isEqualTo(new Verdict.Known());
    }

    @Test
    void aReportFromAnotherNodeIsDropped() {
        assertThat(judge("b".repeat(32), "w", phase(Phase.RUNNING)))
                .isEqualTo(new Verdict.Dropped("it was not placed on this node"));
    }

    @Test
    void aReportOnAPlacementOfAnOlderEpochIsDropped() throws InterruptedException {
        samples.node(ready(3));
        assertThat(judge("w", phase(Phase.RUNNING)))
                .isInstanceOfSatisfying(
                        Verdict.Dropped.class,
                        dropped -> assertThat(dropped.reason()).contains("epoch 2"));
    }

    @Test
    void aReportOnNoWorkloadIsDropped() {
        assertThat(judge("unknown", phase(Phase.RUNNING))).isEqualTo(new Verdict.Dropped("there is no such workload"));
        assertThat(judge("", phase(Phase.RUNNING))).isEqualTo(new Verdict.Dropped("its name is no workload's"));
        assertThat(judge("../w", phase(Phase.RUNNING))).isEqualTo(new Verdict.Dropped("its name is no workload's"));
    }

    @Test
    void anEndIsRecordedEvenIfItsExplanationIsTooLong() {
        Observation long1 = Observation.newBuilder()
                .setPhase(Phase.STOPPED)
                .addContainers(ContainerStatus.newBuilder().setName("web").setLogTail("x".repeat(100_000)))
                .build();
        assertThat(judge("w", long1)).isInstanceOfSatisfying(Verdict.Write.class, write -> {
            assertThat(write.after().getObserved().getPhase()).isEqualTo(Phase.STOPPED);
            assertThat(write.after().getObserved().getContainers(0).getName()).isEqualTo("web");
            assertThat(write.after().getObserved().getContainers(0).getLogTail())
                    .isEmpty();
        });
    }
}
