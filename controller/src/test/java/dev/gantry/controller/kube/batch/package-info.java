@NullMarked
package dev.gantry.controller.kube.batch;

import org.jspecify.annotations.NullMarked;
