package dev.gantry.controller.kube.type;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadCellsTest {

    @ParameterizedTest
    @CsvSource({
        "'', Running",
        "SuccessCriteriaMet, SuccessCriteriaMet",
        "SuccessCriteriaMet Complete, Complete",
        "FailureTarget Failed, Failed",
        "Suspended, Suspended"
    })
    void tellsOfAJobHowItEndedRatherThanThatItWill(String conditions, String shown) {
        ObjectNode job = Json.object();
        for (String type : List.of(conditions.split(" "))) {
            job.withArray("/status/conditions").addObject().put("type", type).put("status", "True");
        }
        assertThat(WorkloadCells.jobStatus(job)).isEqualTo(shown);
    }
}
