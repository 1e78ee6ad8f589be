package dev.gantry.controller.aws;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerLintTest {

    private static final ServiceModel ECS = ServiceModel.load("ecs");

    @Test
    void takesWhatTheModelHas() {
        assertThatCode(() -> lint("ListClusters", "{'clusterArns':['a'],'nextToken':'t'}"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        ListClusters | {'arns':[]} | ListClusters.arns is unknown
        ListClusters | {'clusterArns':'a'} | ListClusters.clusterArns is STRING, not LIST
        DescribeTasks | {'tasks':[{'createdAt':'now'}]} | DescribeTasks.tasks[].createdAt is STRING, not TIMESTAMP
        DescribeTasks | {'tasks':[{'stopCode':'Gone'}]} | DescribeTasks.tasks[].stopCode is "Gone", not one of
        DescribeTasks | {'tasks':[{'attributes':[{'value':'v'}]}]} | DescribeTasks.tasks[].attributes[].name is missing
        """)
    void saysWhatIsWrong(String operation, String answer, String finding) {
        assertThatThrownBy(() -> lint(operation, answer))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(finding);
    }

    private static void lint(String operation, String answer) throws JsonProcessingException {
        AnswerLint.require(ECS, operation, new ObjectMapper().readTree(answer.replace('\'', '"')));
    }
}
