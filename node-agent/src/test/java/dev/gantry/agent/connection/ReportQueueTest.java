package dev.gantry.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Reports;
import dev.gantry.proto.WorkloadReport;
import org.junit.jupiter.api.Test;

class ReportQueueTest {

    private final ReportQueue queue = new ReportQueue();

    private static WorkloadReport report(String id, Phase phase) {
        return WorkloadReport.newBuilder()
                .setId(id)
                .setObserved(Observation.newBuilder().setPhase(phase))
                .build();
    }

    @Test
    void aNewerReportReplacesOneThatWaits() {
        queue.report(report("a", Phase.PENDING));
        queue.report(report("b", Phase.PENDING));
        queue.report(report("a", Phase.RUNNING));
        Reports batch = queue.next().orElseThrow();
        assertThat(batch.getReportsList()).containsExactly(report("a", Phase.RUNNING), report("b", Phase.PENDING));
        assertThat(queue.next()).isEmpty();
    }

    @Test
    void whileTooMuchIsUnderWayReportsGather() {
        for (int i = 0; i < ReportQueue.BATCHES_MAX; i++) {
            queue.report(report("w" + i, Phase.RUNNING));
            assertThat(queue.next()).isPresent();
        }
        queue.report(report("x", Phase.RUNNING));
        queue.report(report("y", Phase.RUNNING));
        assertThat(queue.next()).isEmpty();
        queue.acknowledge(1);
        assertThat(queue.next().orElseThrow().getReportsList()).hasSize(2);
    }

    @Test
    void whatWasNotAcknowledgedIsSentAgainUnlessThereIsNewer() {
        queue.report(report("a", Phase.PENDING));
        long first = queue.next().orElseThrow().getSequence();
        queue.report(report("b", Phase.PENDING));
        queue.report(report("c", Phase.PENDING));
        queue.next();
        queue.report(report("c", Phase.RUNNING));
        queue.acknowledge(first);
        queue.takeBack();
        assertThat(queue.next().orElseThrow().getReportsList())
                .containsExactly(report("b", Phase.PENDING), report("c", Phase.RUNNING));
    }

    @Test
    void aBatchIsBounded() {
        for (int i = 0; i < ReportQueue.REPORTS_PER_BATCH + 1; i++) {
            queue.report(report("w" + i, Phase.RUNNING));
        }
        assertThat(queue.next().orElseThrow().getReportsList()).hasSize(ReportQueue.REPORTS_PER_BATCH);
        assertThat(queue.next().orElseThrow().getReportsList()).hasSize(1);
    }
}
