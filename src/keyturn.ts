#!/usr/bin/env node
import { join } from 'node:path'
import { runCompiled } from './compiled-modules.ts'

runCompiled(join(import.meta.dirname, 'main.js'))
