/** Shows stored records as the ECS API describes them: tasks, container instances, services, clusters, task definitions. Pure. */
@NullMarked
package dev.gantry.controller.ecs.view;

import org.jspecify.annotations.NullMarked;
