package dev.gantry.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.metadata.Question.Subject;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionTest {

    @ParameterizedTest
    @CsvSource({
        "'',CONTAINER",
        "/,CONTAINER",
        "/task,TASK",
        "/task/,TASK",
        "/taskWithTags,TASK_WITH_TAGS",
        "/stats,CONTAINER_STATISTICS",
        "/task/stats,TASK_STATISTICS"
    })
    void asksTheSameWithVersionsThreeAndFour(String rest, Subject subject) {
        assertThat(Question.of("/v4/pass" + rest)).contains(new Question(4, "pass", subject, ""));
        assertThat(Question.of("/v3/pass" + rest)).contains(new Question(3, "pass", subject, ""));
    }

    @Test
    void asksWithoutAPassWithVersionTwo() {
        assertThat(Question.of("/v2/metadata")).contains(new Question(2, "", Subject.TASK, ""));
        assertThat(Question.of("/v2/metadata/abc")).contains(new Question(2, "", Subject.CONTAINER, "abc"));
        assertThat(Question.of("/v2/metadataWithTags")).contains(new Question(2, "", Subject.TASK_WITH_TAGS, ""));
        assertThat(Question.of("/v2/stats")).contains(new Question(2, "", Subject.TASK_STATISTICS, ""));
        assertThat(Question.of("/v2/stats/abc")).contains(new Question(2, "", Subject.CONTAINER_STATISTICS, "abc"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/v4",
                "/v4/",
                "/v4/pass/tasks",
                "/v4/pass/task/stats/more",
                "/v2",
                "/v2/other",
                "/v5/pass"
            })
    void findsNothingElsewhere(String path) {
        assertThat(Question.of(path)).isEqualTo(Optional.empty());
    }
}
