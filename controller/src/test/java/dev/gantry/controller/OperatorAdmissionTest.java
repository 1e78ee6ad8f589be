package dev.gantry.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.controller.aws.AuditLog;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorAdmissionTest {

    private static final String ROOT = "arn:aws:iam::000000000000:root";

    private final List<AuditLog.Entry> written = new ArrayList<>();
    private final OperatorAdmission admission =
            new OperatorAdmission(_ -> ROOT, written::add, () -> Instant.EPOCH, () -> "request-1");

    @Test
    void whatChangesSomethingOrRunsACommandIsAudited() {
        admission.admit(request("POST", "/_gantry/v1/tokens"));
        admission.admit(request("POST", "/_gantry/reset"));
        admission.admit(request("GET", "/_gantry/v1/exec/default/1?command=sh"));
        assertThat(written)
                .extracting(AuditLog.Entry::operation)
                .containsExactly(
                        "gantry:POST /_gantry/v1/tokens",
                        "gantry:POST /_gantry/reset",
                        "gantry:GET /_gantry/v1/exec/default/1");
        assertThat(written).extracting(AuditLog.Entry::principal).containsOnly(ROOT);
    }

    @Test
    void readingLeavesNoTrace() {
        admission.admit(request("GET", "/_gantry/v1/status"));
        assertThat(written).isEmpty();
    }

    @Test
    void whoIsDeniedIsAudited() {
        OperatorAdmission denying = new OperatorAdmission(
                _ -> {
                    throw new AwsException("AccessDeniedException", "no");
                },
                written::add,
                () -> Instant.EPOCH,
                () -> "request-1");
        assertThatThrownBy(() -> denying.admit(request("GET", "/_gantry/v1/status")))
                .isInstanceOf(AwsException.class);
        assertThat(written).singleElement().satisfies(entry -> {
            assertThat(entry.principal()).isEqualTo("anonymous");
            assertThat(entry.outcome()).isEqualTo("AccessDeniedException");
        });
    }

    @Test
    void whatCannotBeAuditedDoesNotHappen() {
        OperatorAdmission blind = new OperatorAdmission(
                _ -> ROOT,
                _ -> {
                    throw new IOException("disk full");
                },
                () -> Instant.EPOCH,
                () -> "request-1");
        assertThatThrownBy(() -> blind.admit(request("POST", "/_gantry/v1/tokens")))
                .isInstanceOf(UncheckedIOException.class);
    }

    private static HttpRequest request(String method, String target) {
        String path = target.replaceAll("[?].*", "");
        return new HttpRequest(method, target, path, Headers.of(), Body.of(""), "127.0.0.1", false);
    }
}
