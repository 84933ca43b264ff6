import { describeBackendContract } from 'kd-backend-conformance/contract';
import { createOrtBackend } from '../index.ts';

describeBackendContract('ort-cpu', () => createOrtBackend({ threads: 1, spinning: false }));
